package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// Kind is what a setting's text is read as.
type Kind uint8

// The kinds.
const (
	Text Kind = iota
	Address
	Duration
	Number
	Switch
	Database
	Hidden
)

var kindNames = [...]string{
	Text: "string", Address: "host:port", Duration: "duration", Number: "number", Switch: "bool", Database: "dsn", Hidden: "secret",
}

// String names the kind in help texts.
func (k Kind) String() string { return kindNames[k] }

// parse reads a text. Its errors never repeat a secret.
func (k Kind) parse(text string) (any, error) {
	switch k {
	case Address:
		return text, checkAddress(text)
	case Duration:
		d, err := time.ParseDuration(text)
		if _, bare := strconv.ParseFloat(text, 64); err != nil && bare == nil {
			return nil, fmt.Errorf("%q has no unit: write %ss, %sm or %sh", text, text, text, text)
		}
		if err != nil {
			return nil, fmt.Errorf("%q is not a duration such as 500ms, 90s, 15m or 720h", text)
		}
		return d, nil
	case Number:
		n, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number", text)
		}
		return n, nil
	case Switch:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, fmt.Errorf("%q is neither true nor false", text)
		}
		return b, nil
	case Database:
		if text == "" {
			return nil, errors.New("is empty: name a file or a postgres:// URL")
		}
		return text, nil
	default:
		return text, nil
	}
}

func checkAddress(text string) error {
	if text == "" {
		return nil // whether it may be left out is for the whole to say
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return fmt.Errorf("%q is not host:port", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q has no port between 0 and 65535", text)
	}
	return nil
}
