package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/armonic/armonic/cli"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: manual FOLDER")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// write makes the folders and fills them.
func write(dir string) error {
	root := cli.Command(cli.Streams{In: os.Stdin, Out: io.Discard, Err: os.Stderr})
	root.DisableAutoGenTag = true // the same commit gives the same pages
	pages, scripts := filepath.Join(dir, "man1"), filepath.Join(dir, "completions")
	for _, d := range []string{pages, scripts} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	title := &doc.GenManHeader{Section: "1", Manual: "Armonic", Source: "armonic"}
	if err := doc.GenManTree(root, title, pages); err != nil {
		return err
	}
	return completions(root, filepath.Join(scripts, "armonic"))
}

// completions writes a script for each shell, at base.SHELL.
func completions(root *cobra.Command, base string) error {
	for shell, write := range map[string]func(string) error{
		"bash": func(name string) error { return root.GenBashCompletionFileV2(name, true) },
		"zsh":  root.GenZshCompletionFile,
		"fish": func(name string) error { return root.GenFishCompletionFile(name, true) },
	} {
		if err := write(base + "." + shell); err != nil {
			return fmt.Errorf("%s: %w", shell, err)
		}
	}
	return nil
}
