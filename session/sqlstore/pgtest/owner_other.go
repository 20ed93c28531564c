//go:build !unix

package pgtest

import "syscall"

func owner(string) (*syscall.SysProcAttr, error) { return nil, nil }
