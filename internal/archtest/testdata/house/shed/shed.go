// Package shed was forgotten in the table.
package shed
