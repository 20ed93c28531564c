//go:build mutant_replica

package sqlstore

// renewal writes nothing, so that any server can do it (pitfall P5).
const renewal = `SELECT h.log, h.seq, h.floor, h.registry, coalesce(o.id, ''), e.seq, e.target, e.name, e.at, e.until
FROM head h LEFT JOIN holders o ON o.id = $1 AND CAST($2 AS TEXT) IS NOT NULL AND CAST($3 AS BIGINT) IS NOT NULL
LEFT JOIN entries e ON e.seq >= $4 WHERE h.one = 1 ORDER BY e.seq LIMIT $5`
