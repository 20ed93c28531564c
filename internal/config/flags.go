package config

import "github.com/spf13/pflag"

// AddFlags registers the flags of the named settings, or of all of them when none is named.
func AddFlags(fs *pflag.FlagSet, names ...string) {
	if len(names) == 0 {
		names = fileKeys()
	}
	for _, name := range names {
		s, ok := find(name)
		if !ok || s.noFlag {
			panic("config: no flag for " + name)
		}
		if fs.Lookup(name) != nil {
			continue
		}
		f := fs.VarPF(&flagValue{text: s.Default, kind: s.Kind}, name, "", s.Usage)
		if s.Kind == Switch {
			f.NoOptDefVal = "true"
		}
	}
}

// flagValue is the text of a flag, judged when it is set, so that the error names the flag.
type flagValue struct {
	text string
	kind Kind
}

func (v *flagValue) String() string { return v.text }

func (v *flagValue) Type() string { return v.kind.String() }

func (v *flagValue) Set(text string) error {
	if _, err := v.kind.parse(text); err != nil {
		return err
	}
	v.text = text
	return nil
}

// given are the settings that the command line names.
func given(fs *pflag.FlagSet) map[string]string {
	out := map[string]string{}
	if fs == nil {
		return out
	}
	fs.Visit(func(f *pflag.Flag) {
		if _, ok := find(f.Name); ok {
			out[f.Name] = f.Value.String()
		}
	})
	return out
}
