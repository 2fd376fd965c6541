package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// checkArguments makes all commands take the arguments that their lines of use name: none,
// one "[DIR]" or none, one "PATTERN", two "FILE FILE", "JID...", which is one or more, or
// "[HOST...]", any number.
func checkArguments(c *cobra.Command) {
	_, name, _ := strings.Cut(c.Use, " ")
	c.Args = func(c *cobra.Command, args []string) error { return takes(c, name, args) }
	if c.HasSubCommands() {
		c.Args = noSuchCommand
	}
	for _, sub := range c.Commands() {
		checkArguments(sub)
	}
}

func takes(c *cobra.Command, argument string, args []string) error {
	name := strings.Trim(argument, "[].")
	several := strings.Contains(argument, "...")
	two := strings.Contains(argument, " ")
	needed := argument != "" && !strings.HasPrefix(argument, "[")
	var err *spec.Error
	switch {
	case name == "" && len(args) > 0:
		err = spec.Errorf(spec.Invalid, "%s takes no argument, has %q", c.Name(), args[0])
	case several && needed && len(args) == 0:
		err = spec.Errorf(spec.Invalid, "%s takes one %s or more, has none", c.Name(), name)
	case two && len(args) != 2:
		err = spec.Errorf(spec.Invalid, "%s takes two arguments, %s, has %d", c.Name(), argument, len(args))
	case !two && !several && (len(args) > 1 || needed && len(args) == 0):
		err = spec.Errorf(spec.Invalid, "%s takes one %s, has %d", c.Name(), name, len(args))
	case needed && slices.Contains(args, ""):
		err = spec.Errorf(spec.Invalid, "the %s is empty", strings.Fields(name)[0])
	default:
		return nil
	}
	return err.WithHint("%s --help shows examples", c.CommandPath())
}

// noSuchCommand refuses what is no command below c, and names the nearest.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := spec.Errorf(spec.Invalid, "there is no command %q", c.CommandPath()+" "+args[0])
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	if name := query.Nearest(args[0], names); name != "" {
		return err.WithHint("did you mean %s %s?", c.CommandPath(), name)
	}
	return err.WithHint("%s --help lists them", c.CommandPath())
}

// flagLike is the flag that is most like one which does not exist, "" if none is.
func flagLike(c *cobra.Command, err error) string {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || len(unknown.GetSpecifiedName()) < 3 {
		return ""
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return query.Nearest(unknown.GetSpecifiedName(), names)
}

// badFlag says what is wrong with a flag, in words of ours.
func badFlag(c *cobra.Command, err error) error {
	hint := spec.HintOf(err)
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		name, is := "--"+bad.GetFlag().Name, fmt.Sprint(bad.Unwrap())
		switch bad.GetFlag().Value.Type() {
		case "int":
			is = fmt.Sprintf("%q is no whole number", bad.GetValue())
		case "duration":
			is, hint = fmt.Sprintf("%q is no duration", bad.GetValue()), "for example 30s, 5m or 1h30m"
		case "bool":
			is, hint = fmt.Sprintf("%q is neither true nor false", bad.GetValue()), name+" alone is true"
		case "stringSlice":
			is, hint = fmt.Sprintf("%q is no list", bad.GetValue()), "with commas between, and without quotes"
		}
		err = fmt.Errorf("%s: %s", name, is)
	}
	if hint == "" {
		hint = c.CommandPath() + " --help lists the flags"
		if name := flagLike(c, err); name != "" {
			hint = "did you mean --" + name + "?"
		}
	}
	return spec.Errorf(spec.Invalid, "%v", err).WithHint("%s", hint)
}

// oddFlag refuses a flag that is given without a value, as where a variable of a script is
// empty: what holds without the flag may be something else than was meant. It also refuses less
// than nothing, which no number or duration may be but that of a way, where -1 is the last.
func oddFlag(c *cobra.Command) error {
	var err error
	c.Flags().Visit(func(f *pflag.Flag) {
		values := []string{f.Value.String()}
		if kind := f.Value.Type(); (kind == "int" && f.Name != "path-index" || kind == "duration") && strings.HasPrefix(values[0], "-") {
			err = spec.Errorf(spec.Invalid, "--%s: %s is less than nothing", f.Name, values[0]).WithHint("%s --help says what it means", c.CommandPath())
		}
		switch list, several := f.Value.(pflag.SliceValue); {
		case f.Value.Type() == "stringArray" && several:
			values = list.GetSlice()
		case f.Value.Type() != "string":
			return
		}
		if slices.Contains(values, "") {
			err = spec.Errorf(spec.Invalid, "--%s is empty", f.Name).WithHint("give it a value, or leave it out")
		}
	})
	return err
}
