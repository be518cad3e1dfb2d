# The part `ui`.
ui-link-signed-out = sesión cerrada: vuelve a entrar
ui-link-signed-out-hands-in = sesión cerrada, aún entregando
