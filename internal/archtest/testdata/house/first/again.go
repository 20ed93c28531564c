// Package first says so twice.
package first
