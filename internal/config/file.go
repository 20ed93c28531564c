package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFile bounds the configuration file: the table fills a hundredth of it.
const maxFile = 1 << 20

// readFile reads a YAML mapping of settings. Every key that is not one, is twice there, or holds no plain value is named with its line.
func readFile(path string) (layer, error) {
	f, err := os.Open(path)
	if err != nil {
		return layer{}, &Problem{"", "configuration file", err.Error()}
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return layer{}, &Problem{path, "", err.Error()}
	}
	if len(content) > maxFile {
		return layer{}, &Problem{path, "", fmt.Sprintf("is larger than %d bytes", maxFile)}
	}
	return parseFile(path, content)
}

func parseFile(path string, content []byte) (layer, error) {
	l := newLayer()
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var doc yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return l, nil
	case err != nil:
		return l, &Problem{path, "", strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return l, &Problem{path, "", "holds more than one document"}
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return l, nil // comments only
	}
	if root.Kind != yaml.MappingNode {
		return l, &Problem{at(path, root), "", "want lines of the form key: value"}
	}
	var errs []error
	for i := 0; i+1 < len(root.Content); i += 2 {
		errs = append(errs, l.putNode(path, root.Content[i], root.Content[i+1]))
	}
	return l, errors.Join(errs...)
}

func (l layer) putNode(path string, key, value *yaml.Node) error {
	where := at(path, key)
	s, ok := find(key.Value)
	switch {
	case !ok || s.noFlag:
		return &Problem{where, "", fmt.Sprintf("unknown key %q%s", key.Value, Meant(key.Value, "", fileKeys()))}
	case l.origin[s.Name] != "":
		return &Problem{where, "", fmt.Sprintf("%s is set twice, first at %s", s.Name, strings.TrimPrefix(l.origin[s.Name], "file "))}
	case value.Kind != yaml.ScalarNode:
		return &Problem{where, s.Name, "want one plain value"}
	case value.Tag == "!!null":
		return &Problem{where, s.Name, "has no value"}
	}
	if err := l.put(s, value.Value, "file "+where); err != nil {
		return &Problem{where, s.Name, strings.TrimPrefix(err.Error(), "file "+where+": "+s.Name+": ")}
	}
	return nil
}

func at(path string, n *yaml.Node) string { return fmt.Sprintf("%s:%d", path, n.Line) }
