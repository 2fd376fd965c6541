//nolint:thelper // these are parts of tests
package servicetest_test

import (
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
)

// siteTrials are of what internal/story tells of: a WordPress behind a balancer, here on one host.
func siteTrials() []trial {
	return []trial{{
		name:  "a WordPress is served through a balancer",
		hosts: []string{"site"},
		deploy: []string{"//Haproxy//start", "--hosts", "backends=site", "--hosts", "database=site", "--choose", "//get_website=Wordpress/Active/get_website",
			"--set", "//Haproxy//conf/port=8080", "--set", "//MariaDB//conf/buffer_pool=64"},
		works: func(t *testing.T, hosts []*hosttest.Host) {
			has(t, hosts[0].Run(t, "curl", "-sSf", "http://localhost:8080/"), "/themes/twentytwentyfive/", "<title>A new site")
		},
		units: []string{"nginx", "php8.4-fpm", "mariadb", "haproxy"},
		kept:  []string{"/var/lib/mysql", "/var/log/mysql", "/var/log/nginx", "/var/lib/nginx", "/var/log/php"},
	}}
}
