package view

import "github.com/armonic/armonic/spec"

// Nftables is the kind of a table of the firewall in the kernel: "nftables web" is the table
// "inet web", which is loaded from a file of its own.
const Nftables = spec.ObjectNftables

// NftablesDirectory is where our tables are, each in a file.
const NftablesDirectory = "/etc/nftables.d"

// NftablesFile is the file of a table.
func NftablesFile(name string) string { return NftablesDirectory + "/" + name + ".nft" }

// NftablesLoaded is a table that is there; what is in it is not looked at.
func NftablesLoaded() Object { return Object{Kind: Nftables, Content: "loaded"} }
