package tui_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// Whatever keys come in whatever window: no panic, and every frame is exact.
func TestRandomKeysAndSizes(t *testing.T) {
	pool := strings.Fields(`up down left right enter enter enter esc esc tab space backspace home end pgup pgdown
		j k h l g G n N a e c u U p v t x z f w s d r y A V * + < > ! = - / : ? 1 2 3 4 5 [ ] R X y n q
		proxy web 80 ctrl+u ctrl+o f1 ctrl+l shift+up delete`)
	seeds := 60
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 7))
			d := drive(t, demo(t), 80, 24)
			var did []string
			d.check = func(frame string) {
				if d.w <= 0 || d.h <= 0 {
					return
				}
				if bad := exact(frame, d.w, d.h); bad != "" {
					t.Fatalf("seed %d: %s\n%v\n%s", seed, bad, did, ansi.Strip(frame))
				}
			}
			defer func() {
				if p := recover(); p != nil {
					t.Fatalf("seed %d: %v after %v", seed, p, did)
				}
			}()
			for range 150 {
				switch r.IntN(12) {
				case 0:
					d.w, d.h = r.IntN(140), r.IntN(50)
					did = append(did, fmt.Sprintf("%dx%d", d.w, d.h))
					d.send(tea.WindowSizeMsg{Width: d.w, Height: d.h})
				case 1:
					did = append(did, "wait")
					d.wait(time.Duration(r.IntN(2000)) * time.Millisecond)
				default:
					k := pool[r.IntN(len(pool))]
					did = append(did, k)
					d.keys(k)
				}
			}
		})
	}
}

// A hundred keys in one message are a hundred keys.
func TestABurstOfKeys(t *testing.T) {
	onDemo(t, func(d *driver) {
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(strings.Repeat("j", 60) + strings.Repeat("k", 40))})
		d.see("db1: nothing applied") // 5 hosts: down to the end, and up to the top
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("jj2proxy")})
		d.settle()
		d.see("> proxy", "> Proxy.start")
	})
}
