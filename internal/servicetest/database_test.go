//nolint:thelper // these are parts of tests
package servicetest_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
)

func databaseTrials() []trial {
	kept := []string{"/var/lib/mysql", "/var/log/mysql"}
	return []trial{{
		name:   "two servers are a Galera cluster",
		hosts:  []string{"galera1", "galera2"},
		deploy: []string{"//GaleraCluster//start", "--hosts", "servers=galera1,galera2", "--hosts", "nodes=galera1,galera2", "--set", "//conf/buffer_pool=64"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			hosts[1].Run(t, "mariadb", "-e", "CREATE DATABASE shop; CREATE TABLE shop.things (name TEXT); INSERT INTO shop.things VALUES ('a thing')")
			for _, h := range hosts {
				if got := h.Run(t, "mariadb", "-BN", "-e", "SET SESSION wsrep_sync_wait = 1; SELECT name FROM shop.things; SHOW STATUS LIKE 'wsrep_cluster_size'"); strings.Join(strings.Fields(got), " ") != "a thing wsrep_cluster_size 2" {
					t.Errorf("%s says %q", h.Name, got)
				}
			}
		},
		units: []string{"mariadb"},
		kept:  kept,
	}, {
		name:   "a replica follows its primary",
		hosts:  []string{"replica", "primary"},
		deploy: []string{"//MariaDB//replicate", "--hosts", "primary=primary", "--set", "//conf/buffer_pool=64"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			hosts[1].Run(t, "mariadb", "-e", "CREATE DATABASE shop")
			hosts[0].Run(t, "sh", "-c", "for i in $(seq 50); do ! mariadb -BN -e 'SHOW DATABASES' | grep -qx shop || exit 0; sleep 0.2; done; exit 1")
		},
		units: []string{"mariadb"},
		kept:  kept,
	}}
}
