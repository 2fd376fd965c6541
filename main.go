// Armonic deploys services on many hosts, from a terminal.
package main

import (
	"os"

	"github.com/armonic/armonic/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
