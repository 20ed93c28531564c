package config

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

// Environment holds the variables that concern this program.
type Environment map[string]string

// foreign are variables that begin like ours and are not: an orchestrator describes a service of our name to its neighbours with such, and
// tests are told by them what they may use.
var foreign = regexp.MustCompile(`^INTROSPECTD_(TEST_.*|SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// ReadEnvironment picks our variables from os.Environ's list. Flags are the names of all flags, of whichever command: a variable may
// concern another command than this one. One that is set to nothing is not set.
func ReadEnvironment(environ, flags []string) (Environment, error) {
	known := knownVariables(flags)
	env := Environment{}
	var errs []error
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		switch {
		case !strings.HasPrefix(name, variablePrefix), foreign.MatchString(name):
		case !slices.Contains(known, name):
			errs = append(errs, &Problem{"environment", "", fmt.Sprintf("unknown variable %s%s", name, Meant(name, "", known))})
		case text != "":
			env[name] = text
		}
	}
	return env, errors.Join(errs...)
}

func knownVariables(flags []string) []string {
	var known []string
	for _, s := range table {
		known = append(known, s.Variable())
		if s.secret {
			known = append(known, s.Variable()+"_FILE")
		}
	}
	for _, f := range flags {
		known = append(known, Variable(f))
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// layer reads the settings among the variables.
func (e Environment) layer() (layer, error) {
	l := newLayer()
	var errs []error
	for _, s := range table {
		text, set := e[s.Variable()]
		origin := "environment " + s.Variable()
		// INTROSPECTD_KEY_FILE is a setting of its own, with the same meaning; it is read later, when its mode is judged too.
		path, has := e[s.Variable()+"_FILE"]
		if has = has && s.secret; has && set {
			errs = append(errs, &Problem{"environment", "", fmt.Sprintf("%s and %s_FILE are both set", s.Variable(), s.Variable())})
			continue
		}
		if has && s.Name != "key" {
			origin += "_FILE"
			content, err := readSecretFile(path)
			if err != nil {
				errs = append(errs, &Problem{origin, "", err.Error()})
				continue
			}
			text, set = content, true
		}
		if set {
			errs = append(errs, l.put(s, text, origin))
		}
	}
	return l, errors.Join(errs...)
}

// maxSecretFile bounds what is read as one secret.
const maxSecretFile = 64 << 10

func readSecretFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Size() > maxSecretFile {
		return "", fmt.Errorf("%s is larger than %d bytes", path, maxSecretFile)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r"), nil
}
