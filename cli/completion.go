package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/deploy"
	"github.com/armonic/armonic/cli/settings"
)

// completions are what a shell offers for an argument or the value of a flag, by the word that
// stands for it in lines of use and descriptions. A command may have a better one of its own. nil
// are the files of the working directory, which a shell offers by itself.
func completions(g *settings.Global) map[string]cobra.CompletionFunc {
	of := map[string]cobra.CompletionFunc{
		"HOST": connect.CompleteHosts(g), "H1,H2": connect.CompleteHosts(g), "FROM=TO": connect.CompleteMoves(g),
		"ID":    deploy.CompleteDeployments(g),
		"LEVEL": cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp),
		"DIR": func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		"FILE": nil,
	}
	// Nothing is known of these before somebody types it.
	for _, word := range []string{"ADDRESS", "ADDRESS:PORT", "COMMAND", "DOMAIN", "HOST[:PORT]", "INVITATION", "JID", "N", "NAME", "NAME=VALUE", "NAME@DOMAIN",
		"NAME[:RELEASE]", "PASSWORD", "PORT", "RUN", "TEXT", "URL", "USER", "YEARS", "[HOST]:PORT", "duration"} {
		of[word] = cobra.NoFileCompletions
	}
	return of
}

// addCompletions gives all that has none of its own the completion of its word.
func addCompletions(root *cobra.Command, g *settings.Global) {
	of := completions(g)
	var add func(c *cobra.Command)
	add = func(c *cobra.Command) {
		_, word, _ := strings.Cut(c.Use, " ")
		word, _, _ = strings.Cut(strings.Trim(word, "[]."), " ")
		if c.ValidArgsFunction == nil {
			if c.ValidArgsFunction = of[word]; word == "" {
				c.ValidArgsFunction = cobra.NoFileCompletions
			}
		}
		each := func(f *pflag.Flag) {
			if _, has := c.GetFlagCompletionFunc(f.Name); has || f.Value.Type() == "bool" {
				return
			}
			word, _ := pflag.UnquoteUsage(f)
			if complete := of[word]; complete != nil {
				_ = c.RegisterFlagCompletionFunc(f.Name, complete) // the flag is there
			}
		}
		c.LocalNonPersistentFlags().VisitAll(each)
		c.PersistentFlags().VisitAll(each)
		for _, sub := range c.Commands() {
			add(sub)
		}
	}
	add(root)
}
