//go:build !mutant_gap && !mutant_skiplocked

package sqlstore

// bounding comes before the last step, with a time in milliseconds. It takes nothing yet.
const bounding = `SET LOCAL statement_timeout = `

// count begins the last step. The row stays locked until the commit, so numbers are in the order of the commits (pitfall P1).
const count = `WITH h AS (UPDATE head SET seq = seq + $1, registry = registry + $2, floor = greatest(floor, $3) WHERE one = 1 RETURNING seq, seq - $1 AS base)`
