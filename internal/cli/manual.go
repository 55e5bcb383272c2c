package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/stscli"
)

// Manual returns the commands as the manual has them: with the operations below
// sts, which reads its command line by itself. They cannot be run.
func Manual() *cobra.Command {
	root := newRoot(Streams{In: strings.NewReader("")}, func(string) (string, bool) { return "", false })
	root.DisableAutoGenTag = true
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() != "sts" {
			continue
		}
		for _, p := range stscli.Pages() {
			c.AddCommand(&cobra.Command{
				Use: p.Name + " [parameters]", Short: p.Short, Long: "```\n" + p.Text + "```", DisableFlagsInUseLine: true,
				Run: func(*cobra.Command, []string) {},
			})
		}
	}
	return root
}
