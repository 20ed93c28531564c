//go:build mutant_gap

package sqlstore

// bounding makes the transaction take its id, and bounds nothing.
const bounding = `SELECT pg_current_xact_id() LIMIT `

// count takes that id for a number, as a sequence's would be: it was given out before the row was locked.
const count = `WITH x AS (SELECT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) * 1000 AS n),
 h AS (UPDATE head SET seq = CASE WHEN $1 > 0 THEN greatest(seq, x.n) ELSE seq END, registry = registry + $2, floor = greatest(floor, $3)
 FROM x WHERE one = 1 RETURNING CASE WHEN $1 > 0 THEN x.n ELSE seq END AS seq, x.n - $1 AS base)`
