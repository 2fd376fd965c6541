package cli_test

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli"
)

// printed is what a command prints, and its exit code.
func printed(args ...string) (string, int) {
	var out bytes.Buffer
	code := cli.Run(args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out})
	return out.String(), code
}

// The page of a command explains its own flags, and only names those of every command.
func TestHelpShowsTheCommandsOwnFlags(t *testing.T) {
	for _, args := range [][]string{{"deploy", "--help"}, {"help", "deploy"}} {
		out, code := printed(args...)
		own, all, ok := strings.Cut(out, "\nFlags of every command (armonic help flags):\n")
		if code != 0 || !ok || !strings.Contains(own, "      --autofill  ") || strings.Contains(own, "--ca-file") {
			t.Errorf("%v: %d\n%s", args, code, out)
		}
		if !strings.Contains(all, "--ca-file --config --demo") || strings.Contains(all, "trust the authorities") || strings.Count(all, "\n") > 4 {
			t.Errorf("%v names the flags of every command so:\n%s", args, all)
		}
	}
}

// Each topic that the help lists has a page, which is a part of the manual in plain words.
func TestHelpTopics(t *testing.T) {
	out, _ := printed("help")
	_, list, ok := strings.Cut(out, "\nTopics (armonic help TOPIC):\n")
	if !ok {
		t.Fatalf("no topics:\n%s", out)
	}
	topics := regexp.MustCompile(`(?m)^  (\S+) `).FindAllStringSubmatch(list, -1)
	if len(topics) < 8 {
		t.Errorf("%d topics:\n%s", len(topics), list)
	}
	for _, m := range topics {
		page, code := printed("help", m[1])
		if code != 0 || strings.Count(page, "\n") < 4 || strings.Contains(page, "](") || strings.Contains(page, "```") || strings.Contains(page, "|---") || strings.Contains(page, "\n#") {
			t.Errorf("help %s: %d\n%s", m[1], code, page)
		}
	}
	if page, _ := printed("help", "exit-codes"); !strings.Contains(page, "\n  130\n      interrupted") {
		t.Errorf("the exit codes are not listed:\n%s", page)
	}
}

func TestHelpOfSomethingElse(t *testing.T) {
	for _, c := range []struct{ args, hint string }{
		{"help pattens", "did you mean armonic help patterns?"},
		{"help delpoy", "did you mean armonic help deploy?"},
		{"help server chekc", "did you mean armonic help server check?"},
		{"help zzzzzz", "armonic help lists"},
		{"delpoy", "did you mean armonic deploy?"},
		{"deployments shwo x", "did you mean armonic deployments show?"},
	} {
		if out, code := printed(strings.Fields(c.args)...); code != 2 || !strings.Contains(out, c.hint) {
			t.Errorf("%s: %d\n%s", c.args, code, out)
		}
	}
}

// Whatever names resources, hosts or deployments can be completed.
func TestEverythingThatIsNamedIsCompleted(t *testing.T) {
	named := regexp.MustCompile(`\b(PATTERN|PATH|LIFECYCLE|ID|JID|HOST)\b`)
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		_, args, _ := strings.Cut(c.Use, " ")
		if named.MatchString(args) && c.Name() != "add" && c.ValidArgsFunction == nil {
			t.Errorf("the argument of %s is not completed", c.CommandPath())
		}
		for _, flag := range []string{"on", "hosts", "resume", "output", "changed"} {
			if c.LocalFlags().Lookup(flag) == nil {
				continue
			}
			if _, ok := c.GetFlagCompletionFunc(flag); !ok {
				t.Errorf("--%s of %s is not completed", flag, c.CommandPath())
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
			if sub.Name() == "help" || sub.Name() == "completion" || sub.HasSubCommands() {
				continue
			}
			typo := strings.Fields(c.CommandPath() + " " + sub.Name() + "x")[1:]
			if out, code := printed(typo...); code != 2 || !strings.Contains(out, "did you mean "+sub.CommandPath()+"?") {
				t.Errorf("%s: %d\n%s", strings.Join(typo, " "), code, out)
			}
		}
	}
	walk(cli.Command(cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}))
}
