package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// Sources are where settings come from.
type Sources struct {
	File  string // "": none
	Env   Environment
	Flags *pflag.FlagSet // as parsed; flags that are no settings are passed over
}

// Loaded is the outcome.
type Loaded struct {
	Settings Settings
	Values   []Value // in the table's order
}

// Value is a setting as people may see it.
type Value struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // redacted when it is a secret
	Origin string `json:"origin"`
}

// Load asks all sources. Its errors are [*Problem]s, joined: all there are.
func Load(src Sources) (*Loaded, error) {
	layers := []layer{defaults()}
	var errs []error
	add := func(l layer, err error) {
		layers, errs = append(layers, l), append(errs, err)
	}
	if src.File != "" {
		add(readFile(src.File))
	}
	add(src.Env.layer())
	add(flagLayer(src.Flags))
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}

	k := koanf.New(".")
	origin := map[string]string{}
	for _, l := range layers {
		if err := k.Load(l, nil); err != nil {
			return nil, fmt.Errorf("merge settings: %w", err)
		}
		for name, from := range l.origin {
			origin[name] = from
		}
	}
	settleKey(k, origin)
	out := &Loaded{}
	if err := unmarshal(k, &out.Settings); err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	for _, s := range table {
		out.Values = append(out.Values, Value{s.Name, out.Settings.show(s, k), origin[s.Name]})
	}
	return out, out.Settings.check(origin)
}

func flagLayer(fs *pflag.FlagSet) (layer, error) {
	l := newLayer()
	var errs []error
	texts := given(fs)
	for _, s := range table {
		if text, ok := texts[s.Name]; ok {
			errs = append(errs, l.put(s, text, "flag --"+s.Name))
		}
	}
	return l, errors.Join(errs...)
}

// settleKey keeps one of key and key-file: a flag beats the environment, and that beats the file.
func settleKey(k *koanf.Koanf, origin map[string]string) {
	if k.String("key") == "" {
		return
	}
	switch from := origin["key-file"]; {
	case strings.HasPrefix(from, "flag "):
		_ = k.Set("key", "")
		origin["key"] = "flag --key-file instead"
	case strings.HasPrefix(from, "file "):
		_ = k.Set("key-file", "")
		origin["key-file"] = origin["key"] + " instead"
	}
}

func unmarshal(k *koanf.Koanf, into *Settings) error {
	return k.UnmarshalWithConf("", into, koanf.UnmarshalConf{DecoderConfig: &mapstructure.DecoderConfig{
		Result: into, TagName: "koanf", ErrorUnused: true, DecodeHook: mapstructure.TextUnmarshallerHookFunc(),
	}})
}

func (s *Settings) show(setting Setting, k *koanf.Koanf) string {
	switch setting.Kind {
	case Database:
		return s.Database.String()
	case Hidden:
		return s.Key.String()
	default:
		return fmt.Sprint(k.Get(setting.Name))
	}
}

// Defaults are the settings when nobody says anything.
func Defaults() Settings {
	l, err := Load(Sources{})
	if err != nil {
		panic(err) // the table itself is wrong
	}
	return l.Settings
}
