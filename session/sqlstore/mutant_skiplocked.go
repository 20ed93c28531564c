//go:build mutant_skiplocked

package sqlstore

const bounding = `SET LOCAL statement_timeout = `

// count waits for nobody: while somebody else has the row, entries get numbers where nobody reads, and the last one that was given stands for them.
const count = `WITH u AS (UPDATE head SET seq = seq + $1, registry = registry + $2, floor = greatest(floor, $3)
 WHERE one = (SELECT one FROM head WHERE one = 1 FOR UPDATE SKIP LOCKED) RETURNING seq, seq - $1 AS base),
 h AS (SELECT seq, base FROM u UNION ALL
 SELECT seq, -CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) * 1000 AS base FROM head WHERE one = 1 AND NOT EXISTS (SELECT 1 FROM u))`
