#!/usr/bin/php
<?php
// Makes somebody an administrator, whose password is read.
$_SERVER['HTTP_HOST'] = 'localhost';
require '/usr/share/wordpress/wp-load.php';
require ABSPATH . 'wp-admin/includes/user.php';
[, $name, $email] = $argv;
$password = stream_get_contents(STDIN);
$user = get_user_by('login', $name);
if (!$user) {
    $id = wp_insert_user(['user_login' => $name, 'user_email' => $email, 'user_pass' => $password, 'role' => 'administrator']);
    if (is_wp_error($id)) {
        fwrite(STDERR, $id->get_error_message() . "\n");
        exit(1);
    }
    echo "$name is an administrator\n";
    exit(0);
}
$user->set_role('administrator');
if (!wp_check_password($password, $user->user_pass, $user->ID)) {
    wp_set_password($password, $user->ID);
}
wp_update_user(['ID' => $user->ID, 'user_email' => $email]);
echo "$name is an administrator\n";
