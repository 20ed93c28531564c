package daemon

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/introspectd/introspectd/internal/config"
	"github.com/introspectd/introspectd/internal/serverkey"
	"github.com/introspectd/introspectd/internal/tlsfile"
)

// CheckFiles judges the files that settings name. A key file that is not there yet may be made at the first start.
func CheckFiles(s config.Settings) error {
	if s.TLS() {
		if _, err := tlsfile.Open(s.TLSCert, s.TLSKey); err != nil {
			return err
		}
	}
	if err := checkKeys(s); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func checkKeys(s config.Settings) error {
	if !s.Key.IsZero() {
		if _, err := serverkey.Parse(s.Key.Reveal()); err != nil {
			return fmt.Errorf("environment INTROSPECTD_KEY: %w", err)
		}
		return nil
	}
	path, err := s.KeyPath()
	if err != nil {
		return err
	}
	_, err = serverkey.Read(path)
	return err
}
