// Package part is a part of tool.
package part
