package output

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Choose has a person choose one of several by its number, or by letters that only one begins
// with or has in it; if several do they are listed. An empty line is -1, and is offered if empty
// says what it does. The error is that of Read.
func (p *Prompter) Choose(ctx context.Context, question string, options []string, empty string) (int, error) {
	p.List(options, nil)
	if empty != "" {
		question += ", or Enter to " + empty
	}
	for {
		p.Say("%s: ", question)
		line, err := p.Read(ctx)
		if err != nil {
			return -1, err
		}
		found := matching(options, line)
		switch {
		case line == "" && empty != "":
			return -1, nil
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			p.List(options, found)
		default:
			p.Say("There is no %s. Type a number from 1 to %d, or letters.\n", strconv.Quote(line), len(options))
		}
	}
}

// List prints options with their numbers: all, or only some.
func (p *Prompter) List(options []string, only []int) {
	for i, text := range options {
		if only == nil || slices.Contains(only, i) {
			p.Say("%s  %s\n", strconv.Itoa(i+1), text)
		}
	}
}

// matching finds the options that a line means.
func matching(options []string, line string) (found []int) {
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(options) {
		return []int{n - 1}
	}
	if line == "" {
		return nil
	}
	for _, fits := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.HasPrefix, strings.Contains} {
		for i, text := range options {
			if fits(strings.ToLower(text), strings.ToLower(line)) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
