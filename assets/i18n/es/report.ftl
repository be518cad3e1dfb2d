# El informe de una campaña, como página.

report-title = Informe: { $campaign }
report-rehearsal = ENSAYO: los votantes de este informe son inventados.
report-counted = { $organization }. Recuento: { $at } ({ $zone }).
report-counted-export = De los archivos exportados por Spoke, tal como estaban las cosas { $at } ({ $zone }).
report-untold = Lo que esos archivos no dicen no está en esta página: qué mensajes fueron avisos de baja (cuentan como respuestas), si la baja fue palabra propia del votante, números equivocados, versiones del primer mensaje, listas. Tampoco dicen quién escribió un mensaje: cada uno cuenta con quien tiene ahora el contacto. «Enviado» significa que el operador lo aceptó.
report-parts = Partes de esta página
report-number = { $n }
report-percent = { $whole },{ $part }{ "\u00A0" }%
# La diferencia entre dos porcentajes, en puntos porcentuales.
report-points = { $whole },{ $part } puntos
report-share = { $share } ({ $low }{ "\u00A0" }a{ "\u00A0" }{ $high })
report-none = ninguno
report-seconds = { $s } s
report-minutes = { $m } min { $s } s
report-hours = { $h } h { $m } min

report-summary = Resumen
report-texts = Mensajes
report-time = A lo largo del tiempo
report-answers = Respuestas
report-variants = Versiones del primer mensaje
report-lists = Listas
report-texters = Voluntarios

report-card-texted = Personas contactadas
report-card-delivered = Mensajes entregados
report-card-answered = Respondieron
report-card-wait = Espera mediana de nuestra respuesta
report-card-opted-out = Bajas
report-card-failed = Primer mensaje fallido
report-of-contacts = de { $count } contactos
report-people = { $count ->
    [one] una persona
   *[other] { $count } personas
}
report-of-answers = { $count ->
    [one] en una respuesta
   *[other] en { $count } respuestas
}
report-interval = Entre paréntesis, detrás de cada porcentaje: entre qué límites está probablemente el verdadero (en 19 de cada 20 recuentos). Con pocas personas son anchos.
report-stand = Cómo están los contactos, igual que en el tablero del capitán
report-stand-means = Son personas, y algunas están en dos líneas: quien se dio de baja, tenía un número equivocado o fue sacado de la lista puede estar además cerrado o en conversación.
report-rates = Porcentajes y esperas
report-what = Qué
report-many = Cuántos
report-figure = Cifra
report-part = Porcentaje
report-board-total = Contactos
report-board-unsent = Todavía sin mensaje
report-board-messaged = Contactados, aún sin respuesta
report-board-waiting = Esperan nuestra respuesta
report-board-convo = En conversación
report-board-closed = Cerrados
report-board-opted-out = Bajas
report-wrong-numbers = Contactados: número equivocado
report-removed = Quitados de la lista, contactados o no
report-rate-answered = De los contactados: respondieron
report-rate-opted-out = De los contactados: están de baja ahora
report-rate-failed = De los contactados: falló el primer mensaje
report-to-answer = Tiempo mediano hasta que respondieron
report-wait = Espera mediana de nuestra respuesta
report-opted-out-in-all = Bajas en total, también antes de un primer mensaje
report-by-word = De estas, por su propia palabra (STOP)

report-texts-kinds = Mensajes según para qué son
report-texts-fates = Qué pasó con nuestros mensajes
report-initials = Primeros mensajes
report-replies = Respuestas de los voluntarios
report-notices = Avisos automáticos (baja, HELP)
report-received = De los votantes
report-delivered = Entregados
report-submitted = En manos del operador, sin noticia aún
report-waiting = Aún no están en manos del operador
report-failed = Fallidos
report-unknown = Resultado aún desconocido
report-held = Decide un capitán
report-dropped = Retirados antes de llegar al operador (no se cuentan en ninguna otra parte)

report-step-quarter = Por cuartos de hora.
report-step-hour = Por horas.
report-step-day = Por días.
report-nothing-yet = Todavía no se envió nada.
report-plot-texts = Mensajes a lo largo del tiempo
report-plot-texts-words = Dos líneas en el tiempo: nuestros mensajes y los de los votantes. La tabla de abajo tiene todas las cifras.
report-ours = nuestros
report-theirs = de los votantes
report-plot-rates = Bajas y fallos, como porcentaje de nuestros mensajes del mismo tiempo
report-plot-rates-words = Dos líneas en el tiempo: bajas y mensajes fallidos, como porcentaje de nuestros mensajes. La tabla de abajo tiene las cifras.
report-opt-outs = Bajas
report-from = Desde
report-time-table = Qué pasó y cuándo

report-no-questions = El guion no tiene preguntas.
report-plot-answers = Respuestas a: { $question }
report-plot-bars-words = Barras desde la izquierda, cada una con una línea para los límites del porcentaje verdadero. La tabla de abajo tiene todas las cifras.
report-answers-table = { $question } ({ $count ->
    [one] una persona
   *[other] { $count } personas
} con respuesta)
report-days-table = { $question } Por días
report-day = Día
report-answer = Respuesta

report-variant = Versión
report-list = Lista
report-texted = Contactados
report-answered = Respondieron
report-opted-out = Bajas
report-groups-table = Según: { $what }
report-plot-variants = Quiénes respondieron, según la versión
report-nothing-to-compare = No salieron dos versiones en un mismo idioma: no hay nada que comparar.
report-compare-answered-chance = Respondieron: { $one } frente a { $other }: { $difference } de diferencia, probablemente entre { $low } y { $high }. También es posible que no haya ninguna diferencia: puede ser casualidad.
report-compare-answered-clear = Respondieron: { $one } frente a { $other }: { $difference } de diferencia, probablemente entre { $low } y { $high }. Es más de lo que explica la casualidad.
report-compare-opted-out-chance = Bajas: { $one } frente a { $other }: { $difference } de diferencia, probablemente entre { $low } y { $high }. También es posible que no haya ninguna diferencia: puede ser casualidad.
report-compare-opted-out-clear = Bajas: { $one } frente a { $other }: { $difference } de diferencia, probablemente entre { $low } y { $high }. Es más de lo que explica la casualidad.
report-compare-how = Las diferencias están en puntos porcentuales, la primera versión menos la segunda (intervalo de Newcombe; más ancho cuantas más versiones se comparan). Solo se comparan versiones de un mismo idioma: entre ellas, el azar decidió quién recibió cuál.
report-variant-answers = Respuestas según la versión: { $question }

report-texter = Voluntario
report-texters-table = Por voluntario
report-texters-note = Respondieron y bajas son de las personas cuyo primer mensaje enviaron; los contactos no se reparten al azar, así que esto no es un concurso.
