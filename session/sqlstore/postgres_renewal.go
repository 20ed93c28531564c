//go:build !mutant_replica

package sqlstore

// renewal is one statement, one snapshot and one committed write: only the primary can do it. The holder's row is the last thing that it waits
// for, and it holds nothing else.
const renewal = `WITH o AS (
 UPDATE holders SET told = greatest(told, h.seq), acked = CASE WHEN h.log = $2 THEN greatest(acked, least($3, h.seq)) ELSE acked END
 FROM head h WHERE h.one = 1 AND id = $1 RETURNING id)
SELECT h.log, h.seq, h.floor, h.registry, coalesce(o.id, ''), e.seq, e.target, e.name, e.at, e.until
FROM head h LEFT JOIN o ON 1 = 1 LEFT JOIN entries e ON e.seq >= $4 WHERE h.one = 1 ORDER BY e.seq LIMIT $5`
