# La pantalla de inicio: mis campañas y qué significa salir.
home-title = Mis campañas
home-about = De tu capitán, y la guía
home-loading = Se leen tus campañas
home-no-campaign = Aún no hay ninguna campaña para ti. Tu capitán te avisa cuando se abra una.
home-unsent = { $n ->
    [one] 1 primer mensaje por enviar
   *[other] { $n } primeros mensajes por enviar
}
home-waiting = { $n ->
    [one] 1 respuesta espera
   *[other] { $n } respuestas esperan
}
home-late = { $n ->
    [one] 1 persona te espera
   *[other] { $n } personas te esperan
}: ábrela para contestar
home-convo = { $n } en conversación
home-messaged = { $n } sin respuesta
home-snoozed = { $n } apartadas
home-closed = { $n ->
    [one] 1 pasada
   *[other] { $n } pasadas
}
home-skipped = { $n } omitidos
home-opted-out = { $n } de baja
home-held = { $n } de ellos esperan hasta el { $at }
home-nothing = nada en tus manos
home-unassigned = { $n } aún de nadie
home-back-hours = { $n } de estos en espera hasta { $at } (horario de textos)
home-back-hours-more = { $n } o más de estos en espera hasta { $at } (horario de textos)
home-back-never = { $n } de estos no tienen horario de textos antes de que termine la campaña
home-back-lately = a { $n } de estos otra campaña les escribió hace poco, el primero hasta { $at }
home-back-carrier = ninguno se reparte antes de { $at }: hasta entonces el operador no acepta más primeros mensajes
home-ends = termina { $at }
home-begins = empieza { $at }
home-over = terminó { $at }
home-of = Campaña: { $title }
home-got = { $n ->
    [one] Recibiste un contacto.
   *[other] Recibiste { $n } contactos.
}
home-note-of = Nota de { $who }:
home-guide-of = Guía de { $title }:
home-window-rehearsal = textbank: mis campañas (ENSAYO)
home-window-real = textbank: mis campañas
plain-ask-home = ¿Qué campaña? Su número la abre.
leave-unsent-after = { $n ->
    [one] 1 primer mensaje sigue siendo tuyo
   *[other] { $n } primeros mensajes siguen siendo tuyos
} { $minutes } minutos; después los recibe quien pida contactos.
leave-unsent = { $n ->
    [one] 1 primer mensaje sigue siendo tuyo hasta que vuelvas o un capitán lo retire.
   *[other] { $n } primeros mensajes siguen siendo tuyos hasta que vuelvas o un capitán los retire.
}
leave-talks-after = { $n ->
    [one] 1 conversación sigue siendo tuya
   *[other] { $n } conversaciones siguen siendo tuyas
} { $minutes } minutos ({ $waiting } con un votante que espera); después pasan a otra persona.
leave-talks = { $n ->
    [one] 1 conversación sigue siendo tuya
   *[other] { $n } conversaciones siguen siendo tuyas
} hasta que vuelvas o un capitán las retire ({ $waiting } con un votante que espera).
leave-laptop = Este equipo guarda, sellados, tus borradores y lo que no está entregado.
back-unsent = { $n ->
    [one] 1 primer mensaje que tenías ya no es tuyo
   *[other] { $n } primeros mensajes que tenías ya no son tuyos
}: van a quien pida contactos.
back-talks = { $n ->
    [one] 1 conversación que tenías ya no es tuya
   *[other] { $n } conversaciones que tenías ya no son tuyas
}: responden otras personas.
back-both = { $unsent ->
    [one] 1 primer mensaje
   *[other] { $unsent } primeros mensajes
} y { $talks ->
    [one] 1 conversación
   *[other] { $talks } conversaciones
} que tenías ya no son tuyos: otras personas escriben y responden.
back-now-with = Lo que tenías lo llevan ahora otras personas: { $who }.
back-now-pool = Lo que tenías no lo lleva nadie ahora ({ $pool }): va a quien pida contactos.
back-now-both = Lo que tenías lo llevan ahora otras personas: { $who }; sin nadie: { $pool }.
back-draft = { $name } ya no está en tus manos. Lo que habías empezado a escribir no se envió: «{ $draft }». Queda entre los avisos hasta que salgas.
back-draft-nameless = Alguien a quien habías empezado a escribir ya no está en tus manos. No se envió: «{ $draft }». Queda entre los avisos hasta que salgas.
away-all-again = Lo que tenías quedó sin nadie mientras el servidor no te veía, y todo vuelve a ser tuyo: { $unsent ->
    [one] 1 primer mensaje
   *[other] { $unsent } primeros mensajes
}, { $talks ->
    [one] 1 conversación
   *[other] { $talks } conversaciones
}.
away-some-again = { $n ->
    [one] 1 más quedó sin nadie y vuelve a ser tuyo.
   *[other] { $n } más quedaron sin nadie y vuelven a ser tuyos.
}
away-reply = Tu respuesta a { $name } no se envió, pues ya no está en tus manos: «{ $draft }». Queda en la bandeja de salida hasta que salgas.
away-reply-nameless = Una respuesta tuya no se envió, pues la persona ya no está en tus manos: «{ $draft }». Queda en la bandeja de salida hasta que salgas.
away-firsts = { $n ->
    [one] Un primer mensaje que habías confirmado no se envió, pues el contacto ya no está en tus manos: { $who }.
   *[other] { $n } primeros mensajes que habías confirmado no se enviaron, pues los contactos ya no están en tus manos: { $who }.
}
away-acts = { $n ->
    [one] Un cambio que habías hecho no se aceptó, pues el contacto ya no está en tus manos: { $who }.
   *[other] { $n } cambios que habías hecho no se aceptaron, pues los contactos ya no están en tus manos: { $who }.
}
back-closed = La campaña se cerró mientras no estabas. Ya no es tuyo: { $unsent ->
    [one] 1 primer mensaje
   *[other] { $unsent } primeros mensajes
}, { $talks ->
    [one] 1 conversación
   *[other] { $talks } conversaciones
}.
done-ask = ¿Terminaste por hoy?
done-unsent = { $n ->
    [one] 1 primer mensaje vuelve
   *[other] { $n } primeros mensajes vuelven
} ahora: los recibe quien pida contactos.
done-talks = { $n ->
    [one] 1 conversación pasa
   *[other] { $n } conversaciones pasan
} a otra persona ({ $waiting } con un votante que espera).
done-wipes = Los borradores se borran. Este equipo no guarda nada de ningún votante; tu acceso sigue.
done-yes = Terminé por hoy
done-no = Todavía no
done-handing-in = Se devuelve todo
done-wiped = Todo está entregado y devuelto. Este equipo no guarda nada de ningún votante. ¡Gracias y buenas noches!
done-kept = Todo está devuelto, pero algo no está confirmado aún: sigue en este equipo, sellado, hasta que textbank text corra con red.
texter-lease-unsent = El servidor no te ve desde hace un rato: a las { $at } { $n ->
    [one] tu primer mensaje pasa
   *[other] tus { $n } primeros mensajes pasan
} a otras personas, si no vuelve la línea.
texter-lease-talks = El servidor no te ve desde hace un rato: a las { $at } { $n ->
    [one] tu conversación pasa
   *[other] tus { $n } conversaciones pasan
} a otra persona, si no vuelve la línea.
texter-lease-unsent-over = El servidor no te ve desde bastante antes de las { $at }: { $n ->
    [one] tu primer mensaje puede ser ya
   *[other] tus { $n } primeros mensajes pueden ser ya
} de otras personas. Puedes seguir: lo que confirmes se mira, y lo que ya no sea tuyo se rechaza.
texter-lease-talks-over = El servidor no te ve desde bastante antes de las { $at }: { $n ->
    [one] tu conversación puede ser ya
   *[other] tus { $n } conversaciones pueden ser ya
} de otras personas. Puedes seguir: una respuesta rechazada vuelve con sus palabras.
texter-hours-end = El horario termina a las { $at } de tu reloj para { $n ->
    [one] un contacto
   *[other] { $n } contactos
} a quienes no has escrito. Lo que no se envíe antes espera a la mañana.
texter-hours-end-there = El horario termina a las { $at } de tu reloj, { $there } allí, para { $n ->
    [one] un contacto
   *[other] { $n } contactos
} a quienes no has escrito. Lo que no se envíe antes espera a la mañana.
texter-hours-end-replies = El horario de respuestas termina a las { $at } de tu reloj para { $n ->
    [one] un votante que espera
   *[other] { $n } votantes que esperan
}. Una respuesta no enviada antes queda como borrador.
texter-hours-end-replies-there = El horario de respuestas termina a las { $at } de tu reloj, { $there } allí, para { $n ->
    [one] un votante que espera
   *[other] { $n } votantes que esperan
}. Una respuesta no enviada antes queda como borrador.
home-outcome-unknown = No se sabe si tus contactos se devolvieron. Mira lo que tienes aquí y pulsa otra vez.
home-on-the-way = { $n ->
    [one] 1 mensaje tuyo va en camino
   *[other] { $n } mensajes tuyos van en camino
}
home-drafts = { $more ->
    [0] borrador para { $name }
    [one] borradores para { $name } y 1 más
   *[other] borradores para { $name } y { $more } más
}
home-drafts-written = { $drafts } (última vez: { $at })
home-not-yours = { $n ->
    [one] 1 que tenías ya no es tuyo
   *[other] { $n } que tenías ya no son tuyos
}
home-went = { $title }: mientras no estabas, { $n ->
    [one] 1 contacto que tenías pasó
   *[other] { $n } contactos que tenías pasaron
} a otras personas o volvieron a la lista, por el tiempo o por un capitán. Ahora con: { $who }.
home-went-pool = { $title }: mientras no estabas, { $n ->
    [one] 1 contacto que tenías volvió
   *[other] { $n } contactos que tenías volvieron
} a la lista, por el tiempo o por un capitán. Los recibe quien pida contactos.
leave-laptop-drafts = { $count ->
    [one] Este equipo guarda, sellados, el texto que empezaste y lo que no está entregado.
   *[other] Este equipo guarda, sellados, los { $count } textos que empezaste y lo que no está entregado.
}
