package config

import "errors"

// layer is what one source says, and where it says each of it.
type layer struct {
	values map[string]any
	origin map[string]string
}

func newLayer() layer { return layer{map[string]any{}, map[string]string{}} }

// put reads a text as the setting is to be read.
func (l layer) put(s Setting, text, origin string) error {
	v, err := s.Kind.parse(text)
	if err != nil {
		return &Problem{origin, s.Name, err.Error()}
	}
	l.values[s.Name], l.origin[s.Name] = v, origin
	return nil
}

// Read makes a layer a koanf.Provider.
func (l layer) Read() (map[string]any, error) { return l.values, nil }

// ReadBytes is the other half of koanf.Provider, for sources that are text.
func (layer) ReadBytes() ([]byte, error) { return nil, errors.New("a layer is not text") }

// Problem is something about the configuration that is wrong.
type Problem struct {
	Where string // flag, variable, or file:line
	Name  string // the setting, if it is about one
	What  string
}

func (p *Problem) Error() string {
	switch {
	case p.Where == "":
		return p.Name + " " + p.What
	case p.Name == "":
		return p.Where + ": " + p.What
	default:
		return p.Where + ": " + p.Name + ": " + p.What
	}
}

func defaults() layer {
	l := newLayer()
	for _, s := range table {
		if err := l.put(s, s.Default, "default"); err != nil {
			panic(err) // the table itself is wrong
		}
	}
	return l
}
