package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"
)

// notInFile are the flags that have no key in the configuration file.
var notInFile = []string{"config", "help"}

// settle gives each flag that was not set on the command line its value from
// the environment or, failing that, from the configuration file.
func settle(cmd *cobra.Command, env Env) error {
	flags := cmd.Flags()
	if err := fromEnv(flags.Lookup("config"), env); err != nil {
		return err
	}
	file, err := readFile(flags)
	if err != nil {
		return err
	}
	var first error
	flags.VisitAll(func(f *pflag.Flag) {
		if first != nil || f.Changed || slices.Contains(notInFile, f.Name) {
			return
		}
		if first = fromEnv(f, env); first != nil || f.Changed {
			return
		}
		if values, ok := file[f.Name]; ok {
			first = set(f, values, "the configuration file")
		}
	})
	return first
}

// envName is the environment twin of a flag.
func envName(flag string) string {
	return "DAYPASS_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

func fromEnv(f *pflag.Flag, env Env) error {
	if f == nil || f.Changed {
		return nil
	}
	v, ok := env(envName(f.Name))
	if !ok || v == "" {
		return nil
	}
	return set(f, []string{v}, envName(f.Name))
}

// set sets a flag; one that may be repeated takes all the values, any other
// exactly one.
func set(f *pflag.Flag, values []string, where string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		var all []string
		for _, v := range values {
			all = append(all, strings.Split(v, ",")...)
		}
		f.Changed = true
		return list.Replace(all)
	}
	if len(values) != 1 {
		return badUsage("%s: %s takes one value, not %d", where, f.Name, len(values))
	}
	if err := f.Value.Set(values[0]); err != nil {
		return badUsage("%s: %q is not a value of %s: %w", where, values[0], f.Name, err)
	}
	f.Changed = true
	return nil
}

// readFile reads the YAML file that --config names: flag names and their
// values. A key that is no flag, or is there twice, is an error.
func readFile(flags *pflag.FlagSet) (map[string][]string, error) {
	name, err := flags.GetString("config")
	if err != nil || name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, badUsage("reading the configuration file: %w", err)
	}
	defer f.Close()
	var document yaml.Node
	err = yaml.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&document)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, badUsage("configuration file %s: %w", name, err)
	}
	values, err := fileValues(&document, flags)
	if err != nil {
		return nil, badUsage("configuration file %s: %w", name, err)
	}
	return values, nil
}

func fileValues(document *yaml.Node, flags *pflag.FlagSet) (map[string][]string, error) {
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("want a mapping of settings, such as 'listen: 127.0.0.1:7870'")
	}
	values := map[string][]string{}
	entries := document.Content[0].Content
	for i := 0; i+1 < len(entries); i += 2 {
		key, value := entries[i], entries[i+1]
		if flags.Lookup(key.Value) == nil || slices.Contains(notInFile, key.Value) {
			return nil, fmt.Errorf("line %d: unknown setting %q", key.Line, key.Value)
		}
		if _, twice := values[key.Value]; twice {
			return nil, fmt.Errorf("line %d: %s is set twice", key.Line, key.Value)
		}
		list := []*yaml.Node{value}
		if value.Kind == yaml.SequenceNode {
			list = value.Content
		}
		texts := []string{}
		for _, v := range list {
			if v.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("line %d: %s takes a value or a list of values", v.Line, key.Value)
			}
			texts = append(texts, v.Value)
		}
		values[key.Value] = texts
	}
	return values, nil
}
