# El modo lineal. Corto, lo importante primero: todo esto se oye, mucho de ello mil veces.

plain-rehearsal = ENSAYO. Los votantes son inventados; nada llega a un teléfono real.
plain-real-voters = VOTANTES REALES. Lo que envíes llega a teléfonos reales.
plain-greeting = Escribe una letra o una palabra y pulsa Enter. Enter solo lo repite y nunca envía. Un signo de interrogación dice qué puedes hacer.
plain-greeting-captain = Escribe una letra, una palabra o un número y pulsa Enter. Enter solo lee el tablero. Un signo de interrogación dice qué puedes hacer.
plain-hint = { $word }: { $label }.
plain-everything = todo lo que puedes hacer
plain-can = Lo que puedes hacer ahora, en { $place }:
plain-can-always = Siempre: Enter solo: repetir. estado: cómo está todo. teclas: todas las teclas y nombres.
plain-can-names = También vale el nombre de una acción, por ejemplo: { $name }.
plain-table = Teclas y nombres. Primero lo que vale aquí, en { $place }.
plain-unknown = No conozco «{ $line }». No se hizo nada. Un signo de interrogación dice qué puedes hacer.
plain-elsewhere = Aquí no: «{ $what }» vale en: { $places }.
plain-no-such-number = Hay números hasta { $most }. No se hizo nada.
plain-no-number = Aquí no hay nada con ese número. No se hizo nada.
plain-of-whom = ¿De quién? Escribe antes el número, por ejemplo: 2 { $line }
plain-of-whom-first = El número va delante, por ejemplo: { $line }. No se hizo nada.
plain-not-sent = No se envió: cambió mientras tanto. Aquí está de nuevo.
plain-thrown-away = Descartado: lo escrito antes de leerse el texto, o varias líneas a la vez. No se hizo nada.
plain-no-editor = Un editor necesita una terminal.
plain-no-panes = Aquí no hay paneles: todo viene en líneas.
plain-online = De nuevo en línea.
plain-time-between = entre las { $from } y las { $to } allí

plain-words-whole = v, texto
plain-words-more = m, más
plain-words-anew = i, otra vez
plain-words-snooze = posponer
plain-words-status = status, estado
plain-words-stay = quedarse
plain-words-line = línea
plain-words-table = keys, teclas

plain-label-whole = el texto entero
plain-label-more = toda la conversación
plain-label-anew = escribirlo de nuevo

plain-ask-card = ¿Enviar?
plain-ask-blocked = Este no se puede enviar.
plain-ask-wait = Un momento.
plain-ask-idle = Nada que enviar ahora. Enter dice lo nuevo.
plain-ask-inbox = ¿Qué número?
plain-ask-thread = ¿Qué para { $name }?
plain-ask-reply = ¿Enviar esta respuesta?
plain-ask-text = Escribe a { $name }, una línea. Enter solo vuelve.
plain-ask-read = ¿Leído?
plain-ask-score = Ese fue tu turno.
plain-ask-nobody = Nadie a quien contestar aquí. Enter dice lo nuevo.
plain-ask-number = ¿Qué número?
plain-ask-search = ¿Qué número? O una palabra que buscar. Enter solo vuelve.
plain-ask-begin = ¿Empezar?
plain-ask-typed = Escríbelo. Enter solo vuelve.
plain-ask-checked = Escribe sí para guardarlo, o el día de nuevo. Enter solo vuelve.
plain-ask-board = ¿Qué voluntario, o qué?

plain-of = { $n } de { $total }.
plain-text = Texto:
plain-next-line = Línea siguiente: { $text }
plain-empty-line = Una línea vacía.
plain-copy = Para copiar:
plain-cannot = No se puede enviar: { $why }
plain-first-text = el primer mensaje
plain-act = Anotado: { $what }.
plain-thread = Conversación con { $name }.
plain-thread-earlier = Solo lo último. m lo dice todo.
plain-thread-older = Hay mensajes más antiguos en el servidor: ve al principio con «top».
plain-perhaps-wrong-number = Quizás un número equivocado. Para anotarlo: { $word }.
plain-draft = Aquí hay una respuesta empezada.
plain-reply = Tu respuesta a { $name }:
plain-waits = espera { $age }
plain-inbox = Respuestas, { $filter }: { $n }.
plain-inbox-more = Y { $n } más. m dice las siguientes.
plain-new-reply = { $name } contestó (esperan { $waiting }): { $text }
plain-new-replies = { $n } respuestas nuevas. Esperan: { $waiting }.
plain-status = { $done } de { $total } primeros mensajes hechos. Enviados ahora: { $sent }. Respuestas enviadas: { $replied }. Esperan tu respuesta: { $waiting }.
plain-board-held = { $n } retenidos para que decidas
plain-needs-terminal = En una campaña real se trabaja en una terminal: de ella y de nada más se leen tus teclas, pues cada texto pide una pulsación de una persona. Solo un ensayo admite una tubería: textbank rehearse.
plain-ask-nobody-but = Nadie a quien contestar aquí. { $word }: volver a enviar, quedan { $n }. Enter dice lo nuevo.
plain-marked = marcada
plain-unknown-like = No conozco «{ $line }». ¿Querías decir «{ $meant }»? No se hizo nada.
plain-may-go-now = Ahora se puede enviar.
plain-recorded = Anotado como su respuesta: { $answer }.

# Una tecla que no escribe nada, tecleada en una línea.
plain-screen-key = Tu línea llevaba { $key }. Aquí todo se escribe: letras, palabras, números. No se hizo nada.
plain-key-arrow = una tecla de flecha
plain-key-home = la tecla Inicio
plain-key-end = la tecla Fin
plain-key-page = una tecla de página
plain-key-delete = la tecla Suprimir o Insertar
plain-key-function = una tecla de función
plain-key-control = una tecla con Control
plain-key-other = una tecla que no escribe nada
plain-nothing-behind = Desde aquí no hay a dónde volver. No se hizo nada.
plain-can-of-a-row = Un número solo abre esa fila. Con lo demás el número va delante, por ejemplo: 2 { $word }
plain-search-all = Entre { $n }. Escribe una parte del nombre.
plain-is-it-a-text = «{ $line }» es una palabra de este programa. Escríbela otra vez si ese es tu texto; Enter solo vuelve.
plain-waiting-now = Esperan tu respuesta: { $n }.

# Deshacer cuando hay una respuesta lista para enviar: qué se desharía.
plain-undo-would = La respuesta no se ha enviado: en ella no hay nada que deshacer. «{ $word }» deshace lo que hiciste antes: { $what }. Escríbelo otra vez si quieres eso.
undo-would-close = que cerraste la conversación con { $name }
undo-would-tag = la etiqueta { $tag } de { $name }, puesta o quitada
undo-would-tag-close = la etiqueta { $tag } de { $name }, y que con ella cerraste la conversación
undo-would-note = tu nota sobre { $name }
undo-would-answer = lo que anotaste o borraste como lo que contestó { $name }, con su línea en esta respuesta
undo-would-snooze = el aplazamiento de { $name }, o que lo retomaste
undo-would-language = el idioma de { $name }
undo-would-opt-out = la baja de { $name }
undo-would-wrong-number = el número equivocado de { $name }
undo-would-not-opt-out = que lo que escribió { $name } no era una baja
undo-would-asked = tu pregunta al capitán sobre { $name }
undo-would-last = lo último que hiciste con { $name }

# Lo que no hace nada que se pueda oír.
plain-of-the-screen = «{ $what }» es para la pantalla. Aquí una fila se toma por su número y un texto se escribe de nuevo. No se hizo nada.
plain-nothing-changed = «{ $what }»: nada cambió.
plain-older-asked = Se piden los mensajes más antiguos. Cuando estén aquí, m los dice todos.
