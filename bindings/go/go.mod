module drawdown

go 1.19
