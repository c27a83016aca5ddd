// The same outer join by DuckDB: hours and money of the bill against hours of
// the ledger's usage.
//
//   node duckdb_peer.mjs DIRECTORY_OF_MAKE_MONTH sku|tenant [--copies]
//
// sku joins by SKU and hour, as reconcile does without --tenant-tag. tenant
// joins by the tenant that Tags name too, the ledger's grain, as reconcile does
// with --tenant-tag tenant. With --copies also the rows that are equal in every
// column, which reconcile always looks for; a join reads five of the columns.
// The result is four counts.
// Two threads, as ours. Prints one line of JSON. Needs @duckdb/node-api, found
// as node finds packages, or installed in the folder that $NODE_MODULES names.
import {createRequire} from 'node:module';

const from = process.env.NODE_MODULES
    ? process.env.NODE_MODULES + '/' : import.meta.url;
const {DuckDBInstance} = createRequire(from)('@duckdb/node-api');

const [, , folder, grain, ...options] = process.argv;
const directory = folder.replaceAll('\'', '\'\'');
const instance = await DuckDBInstance.create(':memory:', {threads: '2'});
const connection = await instance.connect();
const start = process.hrtime.bigint();

// Every column as text and casts where one is needed: the fastest of the ways
// tried. The SKUs are those of month.cc.
const bill = `read_csv('${directory}/bill.csv', header = true,
                       all_varchar = true)`;
const billed = `SkuId AS sku, ChargePeriodStart AS hour,
  sum(CAST(PricingQuantity AS DECIMAL(18, 6))) * 8 AS hours,
  sum(CAST(BilledCost AS DECIMAL(18, 6))) AS cost, count(*) AS n
  FROM ${bill} WHERE ChargeCategory = 'Usage' GROUP BY ALL`;
const usage = `read_csv('${directory}/usage.csv', header = true,
                        all_varchar = true)`;
const sku = '\'gpu8.\' || split_part(pool, \'/\', 3) || \'.48xlarge\' AS sku';
const hours = 'CAST(gpu_hours AS DECIMAL(18, 6))';
// A cell of the ledger is one tenant's, one pool's and one hour's: there is
// nothing to group. json_extract_string is faster than regexp_extract.
const grains = {
  sku: {
    billed: `SELECT ${billed}`,
    metered: `SELECT ${sku}, hour, sum(${hours}) AS hours FROM ${usage}
              GROUP BY ALL`,
    by: 'sku, hour',
  },
  tenant: {
    billed: `SELECT json_extract_string(Tags, 'tenant') AS tenant, ${billed}`,
    metered: `SELECT tenant, ${sku}, hour, ${hours} AS hours FROM ${usage}`,
    by: 'tenant, sku, hour',
  },
};
const join = grains[grain];
const reader = await connection.runAndReadAll(`
  WITH billed AS (${join.billed}), metered AS (${join.metered})
  SELECT count(*) AS items, sum(n) AS n,
         count(*) FILTER (billed.hours IS DISTINCT FROM metered.hours) AS differ,
         sum(cost) AS cost
  FROM billed FULL OUTER JOIN metered USING (${join.by})`);

// Rows that are equal have equal lines, as one program wrote the file: a hash
// of each line is a ninth of the time of grouping by 45 columns.
let copies = '';
if (options.includes('--copies')) {
  const found = await connection.runAndReadAll(`
    SELECT count(*) FROM (
      SELECT hash(line) AS hash
      FROM read_csv('${directory}/bill.csv', columns = {'line': 'VARCHAR'},
                    header = true, delim = chr(1), quote = '', escape = '')
      GROUP BY hash HAVING count(*) > 1)`);
  copies = String(found.getRows()[0][0]);
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const [items, rows, differ, cost] = reader.getRows()[0].map(String);
console.log(JSON.stringify({
  seconds, items, rows, differ, cost, copies,
  peak_bytes: process.resourceUsage().maxRSS * 1024,
}));
