# Lo que muestran las órdenes que usan voluntarios y capitanes.

cmd-no-list = no hay lista
cmd-no-answer = sin respuesta
cmd-nothing-done = No se hizo nada.
cmd-nobody-to-ask = no hay nadie a quien preguntar: añade --yes
cmd-note-not-read = la nota no se pudo leer
cmd-note-written = Todos los voluntarios de la campaña la ven ya.
cmd-note-taken-down = Ya no hay ninguna nota.
cmd-note-not-written = no se escribió
cmd-note-version = nota { $n }
cmd-note-none = No hay ninguna nota.
cmd-not-answered = no se contestó
cmd-answered = Contestado; la señal se quitó.
cmd-nothing-flagged = Nada está señalado.
cmd-head-contact = contacto
cmd-head-asked = pidió (UTC)
cmd-head-voter = votante
cmd-head-texter = voluntario
cmd-head-question = pregunta
cmd-flag-alone = (solo la señal)
cmd-flagged-answer = Contesta con: textbank flagged answer CONTACTO "TEXTO"
cmd-not-decided = no se decidió
cmd-held-arrived = Cuenta como llegado.
cmd-held-goes-again = Sale otra vez.
cmd-held-given-up = Se abandona.
cmd-held-several = varios mensajes empiezan con este id: escribe más de él (textbank held list)
cmd-held-not-found = ningún mensaje por decidir tiene este id: mira textbank held list
cmd-held-ask-arrived = ¿Tomarlo como llegado? No sale nada más. [s/N]
cmd-held-ask-again-safe = ¿Enviarlo otra vez? No está en la lista del operador. [s/N]
cmd-held-ask-again = ¿Enviarlo otra vez? Si llegó, lo reciben dos veces. [s/N]
cmd-held-ask-give-up = ¿Abandonarlo? No sale nunca más. [s/N]
cmd-held-to = A { $name }: { $text }
cmd-held-none = Ningún mensaje espera una decisión.
cmd-head-state = estado
cmd-head-tried = probado (UTC)
cmd-head-tries = intentos
cmd-head-again = otra vez
cmd-head-text = mensaje
cmd-held-held = retenido
cmd-held-unknown = desconocido
cmd-held-never = no
cmd-held-safe = seguro
cmd-held-risky = con riesgo
cmd-held-decide = Decide con: textbank held decide ID arrived|send-again|give-up
cmd-queue-none = La campaña { $campaign } no tiene colas: ninguna respuesta de su archivo tiene `queue`.
cmd-queue-unknown = la campaña no tiene ninguna cola { $queue }: tiene { $names }
cmd-queue-unknown-none = la campaña no tiene ninguna cola { $queue }: no tiene ninguna
cmd-head-queue = cola
cmd-head-open = esperan
cmd-head-done = hechos
cmd-head-since = esperan desde (UTC)
cmd-mend-file = No se cambió nada: corrige antes el archivo.
cmd-queue-who = di quiénes: números de contacto, o --file FILE
cmd-queue-done = { $n ->
    [one] 1 contacto hecho.
   *[other] { $n } contactos hechos.
}
cmd-queue-waits-again = { $n ->
    [one] 1 contacto espera otra vez.
   *[other] { $n } contactos esperan otra vez.
}
cmd-queue-done-before = { $n ->
    [one] 1 ya estaba hecho.
   *[other] { $n } ya estaban hechos.
}
cmd-queue-waited-before = { $n ->
    [one] 1 ya esperaba.
   *[other] { $n } ya esperaban.
}
cmd-queue-not-in = el contacto { $contact } no está en la cola { $queue }
cmd-admit-whom = di a quién: un id de textbank people waiting, o --all
cmd-nobody-waits = No hay nadie en la sala de espera.
cmd-admitted-before = Ya no espera nadie de estos: pasaron antes.
cmd-not-waiting = No están en la sala de espera: { $people } (pasaron antes, no se les dejó pasar, o nunca estuvieron). Quién espera: { $program } people waiting
cmd-admitted = { $n ->
    [one] Ha pasado: { $who }.
   *[other] Han pasado { $n } personas: { $who }.
}
cmd-admitted-unread = Todavía no han aceptado las normas de conducta: { $who }. Antes no reciben contactos.
cmd-shown-out = No ha pasado: la sesión ha terminado.
cmd-head-role = papel
cmd-head-rules = normas
cmd-head-from = desde (UTC)
cmd-head-name = nombre
cmd-rules-not-yet = aún no
cmd-rules-accepted = aceptadas
cmd-admit-with = Deja pasar con: textbank people admit ID, o --all; no dejes pasar con: textbank people show-out ID
