package output

import (
	"bytes"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/daypass/daypass/internal/ordered"
)

// yamlText prints v as YAML, keys sorted, a list on the level of its key.
func yamlText(b *bytes.Buffer, v any) error {
	e := yaml.NewEncoder(b)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(yamlNode(v)); err != nil {
		return err
	}
	return e.Close()
}

func yamlNode(v any) *yaml.Node {
	switch v := v.(type) {
	case string:
		return yamlString(v)
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if len(v) == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, e := range v {
			n.Content = append(n.Content, yamlNode(e))
		}
		return n
	case *ordered.Object:
		n := &yaml.Node{Kind: yaml.MappingNode}
		if v.Len() == 0 {
			n.Style = yaml.FlowStyle
		}
		for _, k := range slices.Sorted(slices.Values(v.Keys())) {
			e, _ := v.Get(k)
			n.Content = append(n.Content, yamlString(k), yamlNode(e))
		}
		return n
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Value: yamlScalar(v)}
}

func yamlScalar(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		switch {
		case math.IsNaN(v):
			return ".nan"
		case math.IsInf(v, 0):
			return strings.ReplaceAll(ordered.Repr(v), "inf", ".inf")
		}
	}
	return ordered.Repr(v)
}

// yamlString quotes what would read as something else: a number, a date, yes.
func yamlString(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	var plain yaml.Node
	if err := yaml.Unmarshal([]byte(s), &plain); err != nil || len(plain.Content) != 1 || plain.Content[0].Kind != yaml.ScalarNode ||
		plain.Content[0].Value != s || plain.Content[0].ShortTag() != "!!str" || oldWords[strings.ToLower(s)] || oldNumber.MatchString(s) {
		n.Style = yaml.SingleQuotedStyle
	}
	return n
}

// oldWords were booleans, and one the default of a mapping, before YAML 1.2. For
// many readers they still are.
var oldWords = map[string]bool{"yes": true, "no": true, "on": true, "off": true, "y": true, "n": true, "=": true}

// oldNumber: 12:30 was 750 then.
var oldNumber = regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`)
