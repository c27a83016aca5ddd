package main

import (
	"fmt"
	"log"
	"sync"

	"drawdown"
)

func main() {
	ledger, err := drawdown.Open("live", drawdown.Options{Create: true})
	if err != nil {
		log.Fatal(err)
	}
	defer ledger.Close()
	meter, err := ledger.Meter("acme/chat", "aws/us-east-1/gb200")
	if err != nil {
		log.Fatal(err)
	}

	var requests sync.WaitGroup
	for i := 0; i < 4; i++ {
		requests.Add(1)
		go func() {
			defer requests.Done()
			for request := 0; request < 3600; request++ {
				meter.Record(250_000) // a quarter of a GPU-second
			}
		}()
	}
	requests.Wait()

	// In the answers at once; durable against power loss after a drain.
	live, err := ledger.Live()
	if err != nil {
		log.Fatal(err)
	}
	defer live.Close()
	fmt.Println(live.Len(), "meter")
	if _, err := ledger.Drain(); err != nil {
		log.Fatal(err)
	}
	usage, err := ledger.Usage(drawdown.UsageQuery{By: []drawdown.By{drawdown.ByTenant}})
	if err != nil {
		log.Fatal(err)
	}
	defer usage.Close()
	for _, row := range usage.Rows() {
		tenant, _ := row.Text("tenant")
		seconds, _ := row.Decimal("gpu_seconds")
		fmt.Printf("%s  %s GPU-seconds\n", tenant, seconds)
	}
}
