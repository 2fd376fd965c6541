package tui_test

import (
	"io/fs"
	"testing"
	"time"

	"github.com/armonic/armonic/tui"
)

// Two deployments are compared, and one is planned again elsewhere, and from a file.
func TestDeploymentsAreComparedAndPlannedElsewhere(t *testing.T) {
	files := map[string]string{}
	onDemo(t, func(d *driver) {
		ran(d, "")
		d.wait(20 * time.Second)
		ran(d, "down")
		d.wait(20 * time.Second)
		d.keys("4")
		d.see("website-lb1", "website-db1")
		d.keys("g o")
		d.see("is marked")
		d.keys("j")
		d.see("MARKED", "hosts", "things differ", "are alike")
		d.keys("esc R")
		d.see("R  not now:", "has come to its end; r plans the same again")
		d.keys("g c")
		d.see("The same on other hosts", "> lb1=lb1", "There are: db1 lb1 web1 web2 web3")
		d.keys("ctrl+u lb1=nowhere enter")
		d.see(`there is no host "nowhere"`)
		d.keys("c ctrl+u lb1=web2 enter")
		d.wait(time.Second)
		d.see("WebSite.start @web2", "The same answers, with web2 for lb1")
		d.keys("w enter")
		for name, text := range d.wrote {
			files[name] = text
		}
		d.keys("4 a ctrl+u none.yaml enter")
		d.see("cannot read none.yaml")
		d.keys("a armonic-website-start.yaml enter")
		d.wait(time.Second)
		d.see("WebSite.start @web2", "READY")
	}, func(c *tui.Config) {
		c.Read = func(name string) ([]byte, error) {
			if text, ok := files[name]; ok {
				return []byte(text), nil
			}
			return nil, fs.ErrNotExist
		}
	})
}

// The best match comes first, whatever it is, and a host among the words says where.
func TestTheCatalogueFindsTheBestFirst(t *testing.T) {
	onDemo(t, func(d *driver) {
		for typed, want := range map[string]string{
			"start":      "> Proxy.start",
			"proxy":      "> Proxy.start",
			"proxy lb1":  "Proxy.start on lb1",
			"lb1 proxy":  "Proxy.start on lb1",
			"website":    "> WebSite.start",
			"web3":       "> web3",
			"configured": "> Proxy.Configured",
			":them":      "> :theme NAME",
			"h:web":      "> web1",
		} {
			d.keys("2 ctrl+u", "esc 2") // afresh
			for _, r := range typed {
				name := string(r)
				if r == ' ' {
					name = "space"
				}
				d.keys(name)
			}
			d.see(want)
			d.keys("ctrl+u esc 1")
		}
		d.keys("2 proxy space lb1 enter")
		d.see("Proxy.start @lb1", "hosts marked")
	})
}

func TestHostsAreGroupedAndMarked(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.keys("v v")
		d.see("by group, by name", "web  3 hosts")
		d.keys("v")
		d.see("by service", "nothing applied  5 hosts")
		d.keys("v")
		d.see("by state", "empty  5 hosts")
		d.keys("v s")
		d.see("worst first")
		d.keys("s G space k space")
		d.see("2 marked")
		d.keys("d")
		d.see("Catalogue › on web2 web3")
		d.keys("webserver.start enter")
		d.wait(time.Second)
		d.see("READY", "on 2 hosts")
		d.keys("1 *")
		d.see("5 marked")
		d.keys("esc")
		d.notSee("marked")
	})
}
