<?php
define('DB_NAME', '{{ database }}');
define('DB_USER', '{{ user }}');
define('DB_PASSWORD', <<<'PASSWORD'
{{ password }}
PASSWORD);
define('DB_HOST', '{{ server.address }}:{{ server.port }}');
define('WP_CONTENT_DIR', '{{ content }}');
define('WP_DEFAULT_THEME', '{{ theme }}');
define('DISALLOW_FILE_MODS', true);
// The keys of sessions are kept in the database, so that all hosts of the site have the same.
if (isset($_SERVER['HTTP_X_FORWARDED_PROTO']) && $_SERVER['HTTP_X_FORWARDED_PROTO'] === 'https') {
    $_SERVER['HTTPS'] = 'on';
}
if (isset($_SERVER['HTTP_HOST'])) {
    $armonic_url = (isset($_SERVER['HTTPS']) ? 'https://' : 'http://') . $_SERVER['HTTP_HOST'];
    define('WP_HOME', $armonic_url);
    define('WP_SITEURL', $armonic_url);
}
