
-- WebSocket (RFC 7395) at https://@DOMAIN@:@WEBPORT@/xmpp-websocket, whatever the host is
-- called in the address; and what names it (XEP-0156).
https_ports = { @WEBPORT@ }
http_default_host = "@DOMAIN@"
http_paths = { files = "/" }
http_files_dir = "@DIR@/web"

