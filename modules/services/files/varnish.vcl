vcl 4.1;

import directors;

probe well {
    .url = "{{ probe }}";
    .interval = 2s;
    .timeout = 2s;
    .window = 4;
    .threshold = 2;
}
{% for b in backends %}
backend site{{ loop.index }} {
    .host = "{{ b.address }}";
    .port = "{{ b.port }}";
    .probe = well;
}
{% endfor %}
{%- for s in servers %}
backend server{{ loop.index }} {
    .host = "{{ s.address }}";
    .port = "{{ s.port }}";
    .probe = well;
}
{% endfor %}
{%- if not backends and not servers %}
backend default none;
{% endif %}
sub vcl_init {
    new sites = directors.round_robin();
{%- for b in backends %}
    sites.add_backend(site{{ loop.index }});
{%- endfor %}
{%- for s in servers %}
    sites.add_backend(server{{ loop.index }});
{%- endfor %}
}

sub vcl_recv {
    set req.backend_hint = sites.backend();
    if (req.http.Cookie ~ "wordpress_logged_in|comment_author" || req.url ~ "^/wp-(admin|login)") {
        return (pass);
    }
    unset req.http.Cookie;
}

sub vcl_backend_response {
    set beresp.grace = 1h;
}
