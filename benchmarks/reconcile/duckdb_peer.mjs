// The same outer join by DuckDB: hours and money by pool and hour of the bill,
// against hours by pool and hour of the ledger's usage.
//
//   node duckdb_peer.mjs DIRECTORY_OF_MAKE_MONTH [--copies]
//
// With --copies also the rows that are equal in every column, which reconcile
// always looks for; the join alone reads five of the columns.
// Two threads, as ours. Prints one line of JSON. Needs @duckdb/node-api, found
// as node finds packages, or installed in the folder that $NODE_MODULES names.
import {createRequire} from 'node:module';

const from = process.env.NODE_MODULES
    ? process.env.NODE_MODULES + '/' : import.meta.url;
const {DuckDBInstance} = createRequire(from)('@duckdb/node-api');

const directory = process.argv[2].replaceAll('\'', '\'\'');
const instance = await DuckDBInstance.create(':memory:', {threads: '2'});
const connection = await instance.connect();
const start = process.hrtime.bigint();
// Every column as text and casts where one is needed: the fastest of the ways
// tried. The regions and SKUs are those of month.cc.
const reader = await connection.runAndReadAll(`
  WITH billed AS (
    SELECT SkuId AS sku, ChargePeriodStart AS hour,
           sum(CAST(PricingQuantity AS DECIMAL(18, 6))) * 8 AS hours,
           sum(CAST(BilledCost AS DECIMAL(18, 6))) AS cost, count(*) AS n
    FROM read_csv('${directory}/bill.csv', header = true, all_varchar = true)
    WHERE ChargeCategory = 'Usage' GROUP BY ALL),
  metered AS (
    SELECT 'gpu8.' || split_part(pool, '/', 3) || '.48xlarge' AS sku, hour,
           sum(CAST(gpu_hours AS DECIMAL(18, 6))) AS hours
    FROM read_csv('${directory}/usage.csv', header = true, all_varchar = true)
    GROUP BY ALL)
  SELECT count(*) AS items, sum(n) AS n,
         count(*) FILTER (billed.hours IS DISTINCT FROM metered.hours) AS differ,
         sum(cost) AS cost
  FROM billed FULL OUTER JOIN metered USING (sku, hour)`);
let copies = '';
if (process.argv[3] === '--copies') {
  const found = await connection.runAndReadAll(`
    SELECT count(*) FROM (
      SELECT *, count(*) AS times
      FROM read_csv('${directory}/bill.csv', header = true, all_varchar = true)
      GROUP BY ALL HAVING times > 1)`);
  copies = String(found.getRows()[0][0]);
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const [items, rows, differ, cost] = reader.getRows()[0].map(String);
console.log(JSON.stringify({
  seconds, items, rows, differ, cost, copies,
  peak_bytes: process.resourceUsage().maxRSS * 1024,
}));
