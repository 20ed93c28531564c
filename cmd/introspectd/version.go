package main

import (
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/introspectd/introspectd/internal/telemetry"
)

// version may be set when the program is built: -ldflags "-X main.version=v1.2.3".
var version string

// build says which program this is. The go command knows revision and module version when it builds from a clone or a module.
func build() telemetry.Build {
	b := telemetry.Build{Version: version, GoVersion: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Revision = s.Value + b.Revision
		case s.Key == "vcs.modified" && s.Value == "true":
			b.Revision += "+changed"
		}
	}
	return b
}

func (p *program) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which program this is", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			b := build()
			return p.print(struct {
				Version  string `json:"version"`
				Revision string `json:"revision"`
				Go       string `json:"go"`
			}{b.Version, b.Revision, b.GoVersion}, [][]string{{oneLine("introspectd", b.Version, b.Revision, b.GoVersion)}})
		},
	}
}

// oneLine leaves out what is not known, as the revision of a program that was built without a clone.
func oneLine(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}
