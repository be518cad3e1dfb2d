# Lo que dice --help de cada orden y de cada opción, por su camino: help-ORDEN, help-ORDEN--OPCIÓN; help-any--OPCIÓN vale donde una orden no tiene la suya
# y la opción dice lo mismo en todas; con __more, lo que dice --help y no dice -h. En inglés está junto a cada orden, en su código.

help-any--archived = En campañas cerradas
help-any--campaign = Qué campaña: su número o el principio de su título
help-any--consent-date = Cuándo aceptaron recibir mensajes todos los de la lista (2026-06-04), donde ninguna columna lo dice
help-any--consent-source = Dónde lo aceptaron: el formulario, la página o el evento
help-any--consent-wording = Qué palabras aceptaron
help-any--contacts = La lista de contactos (CSV, TSV o un libro de cálculo)
help-any--country = El país de los números sin código de país, en dos letras
help-any--data = El directorio en el que un servidor guarda su base de datos
help-any--database = La base de datos: sqlite:FILE o postgres://USER:PASSWORD@HOST/DATABASE; si no, serve.database; si no, el archivo del directorio de datos
help-any--dry-run = Muestra qué cambiaría, y no cambia nada
help-any--error = Con este error del operador (30003), o uno de varios; 0: sin error
help-any--event = Qué evento: su id
help-any--file = Adónde; un archivo que ya existe no se toca
help-any--force = Escribe encima de FILE si ya existe
help-any--format = Cómo se escribe
help-any--from-spoke = Trae de este servidor de Spoke el guion, las respuestas preparadas y las etiquetas de la campaña con el número --campaign a un archivo de campaña, y no entrega nada; con una sesión de administrador de allí
help-any--into = Adónde va ese archivo de campaña
help-any--json = Muestra JSON
help-any--map = Di qué es una columna: su encabezado (o su número) = firstName, lastName, fullName, verifiedCell, cell, mobile, phone, homePhone, landline, phoneKind, areaCode, noTexts, mayText, external_id, zip, state, language, timezone, consent_date, consent_wording, consent_source, ignore, o el nombre de un campo
help-any--no-header = La primera fila es un contacto: nombra las columnas por su número, por ejemplo --map 1=firstName --map 2=cell
help-any--not-opted-out = Solo quien no se ha dado de baja
help-any--number = El número
help-any--numbers = Los números
help-any--obtained = Cuándo se obtuvo la lista (2026-06-04)
help-any--opted-out = Solo quien se ha dado de baja
help-any--out = Escribe en FILE en vez de la salida estándar: entero o nada, y solo tú puedes leerlo
help-any--paused = Nadie recibe contactos de ella hasta que se reanude
help-any--permitted-use = Qué uso de la lista está permitido, y quién lo permitió
help-any--personas = Añade votantes de este archivo de personajes; uno con un id conocido ocupa el lugar de ese
help-any--plain = Líneas enteras en vez de una pantalla: para lectores de pantalla, líneas braille y terminales sencillas
help-any--provenance = De dónde viene la lista: quién la hizo, o de qué se exportó
help-any--queue = Qué cola: su nombre
help-any--raw = Las celdas exactamente como son, también las que una hoja de cálculo calcularía: solo para programas
help-any--rejected = Escribe en FILE las filas que quedaron fuera, con el motivo (CSV, las columnas de la lista y una más); un archivo que ya existe se conserva, y el nuevo lleva un número
help-any--segment = Solo un segmento guardado (textbank segment list)
help-any--sender = El voluntario de --texter ha escrito en ella, la tenga quien la tenga ahora
help-any--session = Su número, de la lista
help-any--sheet = La hoja de un libro de cálculo (si no se dice: la primera que tiene algo)
help-any--sign-in = Habla por esta sesión (un nombre, o su principio); si no, la última que pueda hacerlo
help-any--since = Solo lo que cambió desde entonces: 2026-10-01T18:00:00Z, o 12h o 7d hacia atrás desde ahora, según el reloj del servidor
help-any--start = Los voluntarios pueden pedir contactos de ella enseguida: no preguntes
help-any--status = En este estado; varios, con comas entre ellos
help-any--tag = Con esta etiqueta, o una de varias; `*`: con cualquiera
help-any--text = Con estas palabras en un mensaje; las mayúsculas cuentan
help-any--texter = En las manos de este voluntario: su número, o `nobody`
help-any--where = Solo un segmento: --where "state = OH and (tag = volunteer or answer.voting in (Yes, Maybe))"; los nombres son las columnas de la lista, status, tag, answer.PREGUNTA, earlier.PREGUNTA, rsvp.EVENTO, campaign, texted, replied, opted_out, wrong_number, removed, last_texted, variant, delivery, texter
help-any--without-tag = Sin esta etiqueta
help-any--yes = No preguntes

help = Mensajes de persona a persona para campañas políticas, en la terminal
help--home = Guarda ajustes, sesiones, diarios y registros bajo DIR (también: TEXTBANK_HOME)
help--log-level = Cuánto cuenta el archivo de registro: off, error, warn, info, debug, trace
help--profile = De quién son las sesiones y los diarios, cuando varias personas usan una cuenta (también: TEXTBANK_PROFILE)
help--set = Pone un ajuste solo para esta vez, por ejemplo --set console.theme=dark

help-assignments = Muestra lo que tienes en tus manos, campaña por campaña

help-audit = Muestra quién hizo qué, y los datos de quién estuvieron en qué equipo
help-audit--contact = Solo lo de este contacto: qué equipos lo recibieron, qué capitanes lo leyeron
help-audit--device = Solo lo que se hizo en esta instalación y lo que recibió
help-audit--json = Muestra JSON, una línea por entrada
help-audit--person = Solo lo que esta persona hizo y recibió (números: textbank people)
help-audit--since = Solo desde entonces: 2026-10-01T18:00:00Z, o 12h o 7d hacia atrás desde ahora, según el reloj del servidor

help-campaign = Lleva campañas a un servidor y personas a las campañas
help-campaign-approve = Aprueba lo que propuso otro administrador, donde la campaña pide una segunda aprobación: la versión siguiente de un guion, una corrección
help-campaign-approve--show = Solo muestra qué cambiaría, con sus palabras, y quién lo propuso
help-campaign-approve--withdraw = Lo retira en vez de aprobarlo: el guion queda como está
help-campaign-approve--yes = Aprueba sin que se pregunte, como tiene que hacerlo un script, lo que --show mostró con esta huella
help-campaign-check = Muestra de una vez todos los problemas de un archivo de campaña y su lista, y cuánto costarán los mensajes
help-campaign-check--contacts = Comprueba con él esta lista de contactos
help-campaign-check--file = El archivo de campaña (TOML)
help-campaign-check--price-per-segment = Lo que cuesta un segmento, en tu moneda: dice cuánto costarán los primeros mensajes
help-campaign-close = Cierra una campaña: no sale nada más de ella, y alguien contesta las respuestas tardías; dice qué falta todavía
help-campaign-close--doubts-are-opt-outs = Cuenta como bajas las posibles bajas que nadie decidió
help-campaign-close--dry-run = No cierra nada: dice qué falta
help-campaign-close--opt-outs = Escribe las bajas de la campaña en FILE (CSV, solo para ti)
help-campaign-close--owner = Quién contesta a los votantes que escriban después: un nombre o un número de `people`, o `me`
help-campaign-close--take-back = Retira los contactos a los voluntarios con la consola abierta; lo que aún entreguen se rechaza y vuelve a ellos
help-campaign-correct = Hace una campaña de exactamente quienes recibieron lo que se retiró
help-campaign-correct--campaign = El archivo de la campaña que lo corrige (TOML)
help-campaign-correct--dry-run = Muestra a cuántos iría, y no hace nada
help-campaign-correct--number = La campaña en la que se retiró algo: su número o el principio de su título
help-campaign-correct--recall = Qué retirada (`campaign recall CAMPAIGN --list`)
help-campaign-correct--yes = La hace sin que se pregunte, como tiene que hacerlo un script
help-campaign-follow-up = Hace una campaña de un segmento de los contactos de otra: las mismas personas, con lo que se escribió antes
help-campaign-follow-up--campaign = De quién son los contactos: el número de la campaña o el principio de su título
help-campaign-follow-up--dry-run = No hace nada: dice a cuántos iría y quién queda fuera
help-campaign-follow-up--file = El archivo de la campaña nueva (TOML)
help-campaign-follow-up--keep-hours = Durante cuántas horas, desde que se hace; después los recibe cualquiera
help-campaign-follow-up--keep-texter = Ofrece cada contacto primero al voluntario que le escribió por última vez, mientras tenga una sesión
help-campaign-follow-up--not-texted-within = Deja fuera a quienes alguna campaña escribió en los últimos tantos días
help-campaign-follow-up--yes = La hace sin preguntar
help-campaign-from-spoke = Escribe como archivo de campaña el guion de una campaña que usa Spoke: árbol de preguntas, respuestas preparadas, etiquetas
help-campaign-from-spoke--campaign = Qué campaña: su número en textbank text o el principio de su título
help-campaign-from-spoke--json = Muestra como JSON lo que hay en el archivo, y lo que falta de la campaña
help-campaign-import = Comprueba un archivo de campaña y su lista de contactos, y después entrega los dos al servidor
help-campaign-import--campaign = El archivo de campaña (TOML); con --from-spoke, el número de la campaña allí
help-campaign-import--json = Muestra las cuentas como JSON
help-campaign-import--paused = Nadie recibe contactos de ella hasta que se reanude (`campaign resume`, o `p` en el tablero del capitán)
help-campaign-init = Escribe un archivo de campaña para empezar, con cada parte explicada
help-campaign-invite = Muestra un enlace para que entren voluntarios, capitanes o administradores
help-campaign-invite--campaign = Solo para esta campaña (su número o el principio de su título); si no, para todas
help-campaign-invite--expires = Cuánto tiempo vale: 30m, 12h, 7d
help-campaign-invite--role = Qué puede hacer quien entra
help-campaign-invite--uses = Cuántas personas pueden entrar con él
help-campaign-invite--waiting-room = Quien entra con él espera hasta que un capitán le deje pasar
help-campaign-list = Muestra las campañas que una sesión puede ver: número, estado, lo que falta por hacer
help-campaign-pause = Detiene una campaña: no sale ningún mensaje de ella salvo lo que contesta a STOP y HELP, y nadie recibe contactos de ella, hasta que se reanude
help-campaign-recall = Retira lo que no se debe decir más: desde entonces no sale nada que lo lleve
help-campaign-recall--answer = La línea que sigue a una respuesta del guion
help-campaign-recall--canned = Una respuesta preparada, por su id
help-campaign-recall--dry-run = Muestra cuántos lo recibieron, cuántos lo esperan y cuántos lo recibirían, y no retira nada
help-campaign-recall--everywhere = Lo retira también en todas las demás campañas de la organización que llevan las mismas palabras, y en las que se hagan después
help-campaign-recall--field = El valor de un campo de los contactos, por ejemplo --field polling_place="12 Wrong St"
help-campaign-recall--lift = Levanta una retirada que fue un error; lo que se descartó por ella sigue descartado
help-campaign-recall--list = Enumera las retiradas de la campaña
help-campaign-recall--reason = Por qué; queda en la auditoría y lo ven los voluntarios
help-campaign-recall--version = Una versión del guion: entera, o lo que nombran --wording, --canned o --answer tal como estaba en ella (si no se dice: la vigente)
help-campaign-recall--wording = Una versión del primer mensaje, por su nombre
help-campaign-reopen = Abre otra vez una campaña cerrada, en pausa
help-campaign-resume = Deja seguir una campaña en pausa
help-campaign-test = Envía antes sus mensajes a teléfonos del equipo: cada versión en cada idioma, confirmada una por una
help-campaign-test--answers = También lo que dice el guion después de cada respuesta
help-campaign-test--canned = También las respuestas preparadas
help-campaign-test--field = Qué hay en un campo, por ejemplo --field firstName=Ann; los demás se inventan
help-campaign-test--json = Muestra como JSON qué fue de cada uno
help-campaign-test--staff = A los teléfonos del equipo de este archivo: un número en cada línea
help-campaign-test--to = A estos teléfonos del equipo
help-campaign-test--wait = Cuánto esperar los acuses de entrega, en segundos
help-campaign-update = Da a una campaña en marcha la versión siguiente de su guion; las tarjetas se dibujan de nuevo en todas las pantallas
help-campaign-update--campaign = El archivo de campaña tal como debe ser desde ahora (TOML)
help-campaign-update--number = Qué campaña: su número o el principio de su título

help-canned = Respuestas preparadas de la organización, que cada campaña tiene detrás de las suyas
help-canned-approve = Aprueba las que puso otro administrador, donde una campaña pide una segunda aprobación
help-canned-approve--show = Solo muestra qué cambiaría, y quién las puso
help-canned-approve--withdraw = Las retira en vez de aprobarlas: las respuestas preparadas quedan como están
help-canned-approve--yes = Aprueba sin que se pregunte, como tiene que hacerlo un script, lo que --show mostró con esta huella
help-canned-list = Las enumera con sus textos
help-canned-remove = Quita algunas, enseguida en todas las pantallas
help-canned-remove--all = Todas
help-canned-remove--ids = Cuáles: sus ids
help-canned-set = Las pone desde un archivo de secciones `[[canned]]`: estas y ninguna más, enseguida en todas las pantallas, o cuando otro administrador las apruebe donde una campaña pide una segunda aprobación
help-canned-set--file = El archivo (TOML): `[[canned]]` como en un archivo de campaña

help-captain = Mira y dirige: abre la consola del capitán
help-captain--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-captain--json = Muestra el tablero una vez como JSON en vez de abrir la consola; no necesita terminal

help-carrier = Pone en marcha un operador simulado para probar un sistema entero; escucha solo en este equipo y no llega a nadie
help-carrier--callback = Dice a este servidor qué fue de los mensajes: http://127.0.0.1:PORT/webhooks/loopback
help-carrier--faults = Qué sale mal, en porcentaje, por ejemplo lost=5,cut=5,error=5,slow=2,slow_ms=40000,twice=20
help-carrier--listen = Dónde escuchar, en este equipo; el puerto 0 toma uno libre
help-carrier--log = Guarda el registro en FILE, un objeto JSON por línea; sigue detrás de lo que ya hay
help-carrier--secret-file = El secreto compartido con el servidor, con el que se firman los avisos: al menos 16 bytes
help-carrier--seed = Sortea los fallos con esta semilla

help-completions = Muestra un script para que la consola de órdenes complete lo que escribes
help-completions--shell = Para qué consola de órdenes

help-conduct = Normas de conducta: leerlas y aceptarlas; como administrador, ponerlas
help-conduct-accept = Las lees y las aceptas, para recibir contactos
help-conduct-accept--campaign = Con la guía de esta campaña (su número)
help-conduct-accept--yes = No preguntes: están leídas y aceptadas
help-conduct-lift = Quita las normas: ya no hay nada que aceptar
help-conduct-set = Pone normas en vigor: a todos se les pide aceptarlas antes de los próximos contactos
help-conduct-set--default = Las normas con las que empieza un servidor nuevo
help-conduct-set--files = El texto: FILE, o LANGUAGE=FILE para cada uno de varios idiomas (en=rules.md es=normas.md)
help-conduct-show = Muestra las normas en vigor, con la guía de una campaña
help-conduct-show--campaign = Con la guía de esta campaña (su número)
help-conduct-show--json = Muestra JSON: todos los idiomas, las versiones, lo que está aceptado

help-config = Muestra, comprueba o empieza el archivo de ajustes
help-config-check = Busca fallos: el código de salida 0 dice que no hay, 2 que los hay
help-config-init = Escribe un archivo de ajustes con cada ajuste y su valor de partida
help-config-path = Muestra dónde se busca el archivo de ajustes
help-config-show = Muestra los ajustes que valen
help-config-show--origin = Dice de dónde viene cada valor

help-db = La base de datos del servidor: poner sus tablas al día, comprobarla, hacer una copia, recuperarla, mudarla
help-db-backup = Escribe una copia en un archivo nuevo, de un solo momento, mientras un servidor trabaja con ella; y comprueba lo que se escribió
help-db-backup--to = El archivo nuevo; no debe haber ninguno con ese nombre
help-db-check = Mira si todo en ella está como debe; un servidor puede estar trabajando con ella
help-db-check--recount = Cuenta de nuevo lo que se cuenta al cambiar las filas, y después mira
help-db-copy = Muda una campaña a otra base de datos, vacía, y prueba que allí es la misma; no debe haber ningún servidor en marcha en ninguna
help-db-copy--from = La base de datos que tiene la campaña: sqlite:FILE o postgres://USER:PASSWORD@HOST/DATABASE
help-db-copy--to = La base de datos vacía a la que se muda
help-db-migrate = Pone sus tablas a la altura de este programa, o las crea, sin servir; un servidor hace lo mismo al empezar
help-db-reopen = Vuelve a hacer de una base de datos de la que se mudó una campaña la de esa campaña, cuando la copia nunca se sirvió
help-db-restore = Pone una copia en una base de datos vacía; lo que pudo salir desde entonces queda retenido para un capitán, y las campañas en marcha quedan en pausa
help-db-restore--from = La copia
help-db-restore--i-know-nothing-was-sent-since = No se envió ni se recibió nada ni hubo bajas después de hacer la copia: no retiene mensajes, no pone campañas en pausa, no termina enlaces
help-db-restore--snapshot = FILE es una copia del archivo de una base de datos hecha por otro medio que `db backup`, por ejemplo de un disco entero

help-doctor = Comprueba este equipo y dice qué hacer con lo que encuentra

help-event = Eventos a los que invita una campaña: quién viene, quién espera sitio, el archivo de calendario
help-event-calendar = Escribe eventos como archivo de calendario (.ics)
help-event-calendar--event = Qué evento: su id; si no, todos
help-event-calendar--json = Muestra como JSON lo que se escribió
help-event-calendar--out = Escribe en FILE, por ejemplo rally.ics
help-event-list = Enumera los eventos de una campaña: cuándo, dónde, cuántos vienen, esperan, quizás vienen o no
help-event-rsvps = Escribe en un archivo a quienes dijeron algo de un evento: quién viene, quién espera sitio, quién quizás viene, quién no
help-event-rsvps--json = Muestra como JSON lo que se escribió
help-event-rsvps--out = Escribe en FILE: entero o nada, y solo tú puedes leerlo
help-event-show = Muestra uno de ellos

help-export = Saca resultados: contactos, mensajes, bajas, filas para VAN
help-export-contacts = Cada contacto de una campaña: cómo está la conversación, respuestas, etiquetas, nota, baja
help-export-contacts--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-export-contacts--json = JSON: con --out lo que se escribió; si no, las filas mismas, un documento JSON por línea
help-export-contacts--shape = De quién son las columnas que tiene un CSV
help-export-ledger = Cada mensaje confirmado con huellas en vez de palabras, para auditores (lo mismo que ledger export)
help-export-ledger--json = Muestra como JSON lo que se escribió (con --out)
help-export-ledger--out = Escribe en FILE en vez de la salida estándar
help-export-messages = Cada mensaje de una campaña, en las dos direcciones
help-export-messages--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-export-messages--json = JSON: con --out lo que se escribió; si no, las filas mismas, un documento JSON por línea
help-export-opt-outs = Números a los que no se escribe más, con cuándo y cómo: los de la organización o los de una campaña
help-export-opt-outs--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-export-opt-outs--json = JSON: con --out lo que se escribió; si no, las filas mismas, un documento JSON por línea
help-export-van = Un archivo para la carga de VAN: resultados de contacto, respuestas de encuesta y códigos de activista, cada uno dicho una vez
help-export-van--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-export-van--json = Muestra como JSON lo que se escribió
help-export-van--map = Cómo se llaman en VAN las respuestas, etiquetas y resultados (TOML; docs/exports.md tiene un ejemplo)
help-export-van--memory = Dónde se guarda lo que ya se escribió (si no: van-campaign-NUMBER.memory junto a FILE); sin eso se escribe todo de nuevo
help-export-van--out = Escribe en FILE; nunca encima de uno que ya existe, porque nadie sabría si se cargó
help-export-van--zone = La zona horaria de los días de las fechas (America/Chicago; si no: la de este equipo)

help-flagged = Conversaciones que señalaron los voluntarios: enumerarlas con lo que preguntan, contestar
help-flagged-answer = Contesta una pregunta: el voluntario lo ve enseguida, y la señal se quita
help-flagged-answer--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-flagged-answer--contact = El número del contacto, de la lista
help-flagged-answer--text = Qué decirle al voluntario (500 caracteres como mucho); el votante no lo ve nunca
help-flagged-list = Enumera las conversaciones que señalaron los voluntarios, con lo que preguntan
help-flagged-list--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias

help-held = Mensajes de los que nadie sabe qué hizo el operador: enumerarlos, decidir
help-held-decide = Decide sobre un mensaje retenido; nunca se envía otra vez por sí solo
help-held-decide--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-held-decide--decision = Cómo
help-held-decide--message = Su id, de la lista, o el principio
help-held-list = Enumera los mensajes de los que nadie sabe qué hizo el operador
help-held-list--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias

help-invites = Enumera los enlaces que se hicieron, o anula uno
help-invites-revoke = Anula un enlace: nadie más entra con él; quien ya entró se queda
help-invites-revoke--invite = Su número, de la lista

help-join = Abre tu sesión en este equipo con un enlace
help-join--accept-conduct = Las normas de conducta (y la guía de la campaña; en un servidor de Spoke, sus condiciones) están leídas y aceptadas: no preguntes
help-join--json = Muestra como JSON quién eres ahora
help-join--link = El enlace entero, entre comillas; `-` lo lee de la entrada estándar
help-join--name = Tu nombre de pila, como lo leen los votantes

help-keys = Muestra cada tecla: dónde vale y qué hace; con --press, qué envía esta terminal por cada una
help-keys--press = Dice de cada tecla pulsada qué envía esta terminal y qué hace; q dos veces, o ctrl+c, termina

help-ledger = Prueba lo que se escribió: exportar el libro de mensajes confirmados, comprobarlo, anclarlo
help-ledger-anchor = Muestra el ancla más reciente; publicada en otro sitio, ata a quien lleva el servidor a todo lo anterior
help-ledger-export = Escribe cada mensaje confirmado de la organización, con huellas en vez de palabras, como líneas JSON
help-ledger-export--json = Muestra como JSON lo que se escribió (con --out)
help-ledger-export--out = Escribe en FILE en vez de la salida estándar
help-ledger-verify = Comprueba un libro exportado, sin ningún servidor: lo que se cambió, se quitó o se movió se encuentra y se nombra
help-ledger-verify--anchor = Lo compara con un ancla que se publicó cuando era nueva
help-ledger-verify--file = El libro exportado

help-legal-hold = Lo que se debe guardar, diga lo que diga lo demás: nada bajo retención legal se quita ni se borra
help-legal-hold-lift = Levanta una retención
help-legal-hold-lift--hold = Su número, de la lista
help-legal-hold-list = Muestra las retenciones en vigor
help-legal-hold-list--all = También las que se levantaron
help-legal-hold-set = Guarda todo lo de una campaña, una persona o la organización hasta que se levante la retención
help-legal-hold-set--campaign = Sobre esta campaña: su número o el principio de su título
help-legal-hold-set--country = El país de un número sin código de país, en dos letras
help-legal-hold-set--organization = Sobre todo lo de la organización
help-legal-hold-set--phone = Sobre quien tenga este número
help-legal-hold-set--reason = Por qué; se guarda con ella

help-list = Listas de contactos: ver cómo se entiende una antes de usarla
help-list-add = Añade contactos a una campaña que ya existe; los voluntarios pueden pedirlos enseguida
help-list-add--campaign = A qué campaña: su número o el principio de su título
help-list-add--file = La lista: CSV, TSV o un libro de cálculo (XLSX, XLS, ODS)
help-list-add--json = Muestra las cuentas como JSON
help-list-check = Muestra cómo se entiende cada columna de una lista, y cada fila a la que no se puede escribir; no se guarda nada
help-list-check--file = La lista: CSV, TSV o un libro de cálculo (XLSX, XLS, ODS)
help-list-check--rows = Muestra tantos contactos tal como se entienden, y de varios números por qué se toma este
help-list-generate = Escribe una lista de personas inventadas, para probar con listas de cualquier tamaño
help-list-generate--rows = Cuántas personas
help-list-generate--seed = El mismo número da las mismas personas, para otras tantas filas
help-list-import = Entrega una lista con su campaña: lo mismo que campaign import
help-list-import--campaign = El archivo de campaña (TOML); con --from-spoke, el número de la campaña allí
help-list-import--json = Muestra las cuentas como JSON
help-list-import--paused = Nadie recibe contactos de ella hasta que se reanude (`campaign resume`, o `p` en el tablero del capitán)
help-list-provenance = Muestra de dónde vienen los contactos de una campaña: cada lista, cuándo se obtuvo, qué uso está permitido
help-list-provenance--campaign = De qué campaña: su número o el principio de su título
help-list-remove = Quita contactos de la lista de una campaña en marcha, con efecto inmediato: de los que quedan por repartir, de las manos, de las tarjetas
help-list-remove--external-id = Un id de la lista; se puede dar varias veces
help-list-remove--file = Quiénes: un archivo CSV con una columna de números o de ids de la lista, o solo de números
help-list-remove--phone = Un número; se puede dar varias veces
help-list-remove--undo = Se quitaron por error: los pone otra vez en la lista
help-list-update = Corrige contactos de la lista de una campaña en marcha, con efecto inmediato: sus tarjetas se dibujan de nuevo
help-list-update--file = Un archivo CSV: una columna de números o de ids de la lista dice de quién se trata, y cada otra columna se corrige; una celda vacía no cambia nada
help-list-update--new-column = Esta columna del archivo es nueva; si no se dice, una columna que la lista de la campaña no tiene se toma por mal escrita. Se puede dar varias veces

help-login = Abre tu sesión en este equipo en una campaña que usa Spoke, para escribir allí desde esta terminal
help-login--accept-terms = Las condiciones del servidor están leídas (en el navegador) y aceptadas: no preguntes
help-login--email = Tu correo de allí; se te pide si no lo das
help-login--json = Muestra como JSON quién eres ahora
help-login--password-stdin = Lee la contraseña de la primera línea de la entrada estándar en vez de pedirla
help-login--spoke = La dirección del servidor de Spoke de la campaña
help-login--token = Abre la sesión con una clave (JWT) que te dio la campaña; se te pide, o la lee --password-stdin

help-man = Muestra la página del manual

help-note = Una nota a los voluntarios de una campaña: mostrarla, escribirla, quitarla
help-note-show = Muestra la nota que hay
help-note-show--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-note-take-down = Quita la nota
help-note-take-down--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-note-write = Escribe una nota en lugar de la anterior: cada voluntario de la campaña la ve enseguida
help-note-write--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-note-write--text = Qué decirles (1,000 caracteres como mucho); los votantes no lo ven nunca

help-opt-outs = Personas que se dieron de baja de otra forma que con un mensaje: ponerlas en la lista, una a una o una lista entera (`export opt-outs` la escribe)
help-opt-outs-add = Pone números en la lista: no se les escribe más, en ninguna campaña, desde ya
help-opt-outs-add--how = Cómo lo dijeron
help-opt-outs-add--note = Con qué palabras, y quién lo dice; se guarda con el número
help-opt-outs-import = Pone en ella cada número de una lista (CSV, TSV o un libro de cálculo), todos los de una fila, salvo las filas en las que una columna dice claramente que se les puede escribir (en una columna de sí y nada, lo dice una celda vacía); con filas que quedan fuera termina con 3. Donde no hay nadie en una terminal a quien preguntar, lo tiene que decir --yes
help-opt-outs-import--dry-run = Solo dice cuántos serían
help-opt-outs-import--file = La lista
help-opt-outs-import--note = De dónde viene la lista; se guarda con cada número
help-opt-outs-import--yes = Ponlos en ella: no preguntes
help-opt-outs-list = Enumera a quienes se dieron de baja, con cuándo y cómo (como los escribe export opt-outs): los de la organización o los de una campaña
help-opt-outs-list--json = JSON, un documento por línea
help-opt-outs-take-back = Quita otra vez de la lista números que alguien puso por error, como administrador: nunca lo que hizo una palabra del votante, ni lo que alguien pulsó en una conversación; quien ha escrito queda entonces por decidir
help-opt-outs-take-back--dry-run = Solo dice cuántos números serían
help-opt-outs-take-back--list = Cada número de esta lista, por ejemplo una que se importó por error
help-opt-outs-take-back--note = Por qué fue un error; se guarda en cada conversación
help-opt-outs-take-back--yes = Quita una lista entera: no preguntes

help-outbox = Muestra lo que espera en el diario de este equipo para entregarse
help-outbox--not-sent = Alguien lo ha mirado: este mensaje de resultado desconocido no salió; su contacto vuelve en textbank text
help-outbox--sent = Alguien lo ha mirado: este mensaje de resultado desconocido sí salió (su id, como lo muestra esta orden con --json)

help-people = Enumera a las personas de la organización: última vez, papel, cuántos contactos en sus manos
help-people-admit = Deja pasar a quienes esperan
help-people-admit--all = A todos los que esperan ahora
help-people-admit--people = Sus números, de `people waiting`
help-people-rename = Da a alguien otro nombre; su consola lo muestra desde la próxima vez que empiece
help-people-rename--name = Su nombre de pila, como lo leen los votantes
help-people-rename--who-is = Quién: `me`, o su número (de `people`), para capitanes
help-people-sessions = Quién tiene una sesión (como `textbank sessions`)
help-people-sessions-end = Termina una sesión: su consola para enseguida, lo confirmado se entrega; con la última de una persona, lo que tiene queda libre
help-people-sessions-end--yes = No preguntes, tampoco cuando es la sesión por la que habla esta orden
help-people-sessions-list = Enumera las sesiones de la organización
help-people-show-out = Termina la sesión de alguien que espera
help-people-show-out--person = Su número, de `people waiting`
help-people-waiting = Quién espera a que le dejen pasar

help-person = Lo que se guarda sobre un número: escribirlo, o borrarlo
help-person-erase = Borra a quien tiene un número: nombres, campos, notas, las palabras de todos los mensajes, y el número salvo en la lista de bajas
help-person-erase--country = El país de un número sin código de país, en dos letras
help-person-erase--dry-run = No borra nada: muestra qué se iría
help-person-erase--from = Borra a todos cuyo número está en FILE, uno por línea (después de recuperar una copia: el archivo que escribió --list)
help-person-erase--list = Anota el número en FILE, una lista tuya fuera de la base de datos, para --from
help-person-erase--reason = Por qué, para la auditoría: sin el nombre ni el número
help-person-export = Escribe como JSON todo lo que se guarda sobre un número; quién lo pidió queda en la auditoría
help-person-export--country = El país de un número sin código de país, en dos letras
help-person-export--json = JSON: con --out lo que se escribió (el documento mismo siempre es JSON)

help-practice = Practica con ocho votantes inventados: no se envía nada a nadie, no hace falta servidor
help-practice--json = Muestra al final, como JSON, si se hizo entera
help-practice--plain = Líneas enteras en vez de una pantalla: para lectores de pantalla, líneas braille, terminales sencillas y tuberías

help-queue = Colas que llenan las respuestas (un viaje, un cartel): quién espera, y quién tiene ya lo que pidió
help-queue-done = Di que personas de una cola tienen ya lo que pidieron
help-queue-done--contacts = De quién: números de contacto, como los tiene la primera columna del archivo exportado
help-queue-done--file = Todos los de este archivo: uno que escribió `queue export`, o filas que quedan de él (CSV)
help-queue-done--undo = Fue un error: esperan otra vez
help-queue-export = Escribe en un archivo a quienes esperan en una cola, en el orden en que pidieron
help-queue-export--all = También lo que ya está hecho
help-queue-export--json = Muestra como JSON lo que se escribió
help-queue-export--out = Escribe en FILE: entero o nada, y solo tú puedes leerlo
help-queue-list = Enumera las colas de una campaña: cuántos esperan en cada una, y desde cuándo

help-rehearse = Ensaya un turno sin conexión: la consola y el servidor de verdad, votantes simulados, no se envía nada a nadie
help-rehearse--campaign = Ensaya esta campaña en vez de la de muestra
help-rehearse--contacts = Ensaya con esta lista de contactos (CSV, TSV, libro de cálculo) en vez de la de muestra
help-rehearse--json = Muestra al final el resultado como JSON en la salida estándar
help-rehearse--plain = Líneas enteras en vez de una pantalla: para lectores de pantalla, líneas braille, terminales sencillas y tuberías
help-rehearse--robot = Comprobación: un voluntario programado hace el turno entero sin terminal
help-rehearse--seed = La misma semilla y las mismas pulsaciones cuentan la misma historia [si no se dice: una nueva cada vez]
help-rehearse--short = Solo ocho tarjetas
help-rehearse--speed = Deja pasar el tiempo de la campaña hasta diez veces más rápido

help-report = Escribe lo que resultó de una campaña como una página, para abrirla en un navegador, o como datos
help-report--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias
help-report--from-spoke-export = La hace de los dos archivos que un servidor de Spoke exporta de una campaña, primero los contactos, en vez de preguntar a un servidor
help-report--json = Muestra las cifras como JSON en vez de la página
help-report--language = Idioma de la página: en o es (si no: el de este programa)
help-report--title = Título de la página; con --from-spoke-export, pues esos archivos no lo tienen
help-report--zone = La zona horaria de las horas y los días (America/Chicago; si no: la de este equipo)

help-retention = Cuánto tiempo se guardan las palabras de los mensajes
help-retention-run = Quita ahora las palabras viejas; el servidor lo hace por sí solo una vez al día
help-retention-run--dry-run = No quita nada: muestra cuánto sería
help-retention-set = Di cuánto tiempo se guardan las palabras de los mensajes: en todas partes, o en una campaña
help-retention-set--bodies-after = Quita las palabras que tienen más de tantos días
help-retention-set--campaign = Solo en esta campaña: su número o el principio de su título
help-retention-set--keep = Guárdalas
help-retention-show = Muestra lo que está puesto, y lo que quitó la última vez

help-rules = Reglas que un abogado puede cambiar (palabras que dan de baja, horarios de los estados, avisos legales): cuáles valen, y archivos para cambiarlas
help-rules-check = Busca fallos en los archivos de un directorio: el código de salida 0 dice que no hay, 2 que los hay
help-rules-check--directory = El directorio
help-rules-list = Dice qué reglas valen: las incluidas, o archivos tuyos (el ajuste `rules`)
help-rules-write = Escribe en un directorio los archivos incluidos, cada línea con su fuente, para cambiarlos allí
help-rules-write--directory = Adónde; los archivos que ya existen no se tocan
help-rules-write--names = Solo estos, por ejemplo `opt_out_words.toml`; sin ninguno: todos

help-second-factor = El segundo factor de capitanes, administradores y propietarios: un código de una aplicación del teléfono
help-second-factor-prove = Da un código para esta sesión; las demás órdenes lo piden por sí mismas
help-second-factor-prove--code = Las seis cifras; si no, se te piden
help-second-factor-remove = Quita el tuyo con un código de él; o, como administrador, el de alguien que perdió el teléfono
help-second-factor-remove--person = De quién: su número de `textbank people`; si no, el tuyo
help-second-factor-set = Pone uno: una aplicación de tu teléfono lee un código, y tú escribes lo que muestra
help-second-factor-set--no-qr = No dibuja ningún código QR: solo las letras para escribirlas a mano, por ejemplo con un lector de pantalla
help-second-factor-status = Dice si hay uno, y si ahora se pide un código

help-segment = Segmentos guardados: condiciones con un nombre, para exportar y para campañas de seguimiento
help-segment-count = Cuenta quién está en un segmento, y a quién de ellos no se puede escribir
help-segment-count--campaign = Entre los contactos de quién: el número de la campaña o el principio de su título (si no, la campaña con la que se guardó)
help-segment-count--name = El nombre de un segmento guardado
help-segment-count--not-texted-within = Cuenta como dejados fuera a quienes alguna campaña escribió en los últimos tantos días
help-segment-count--where = Una condición en vez de un nombre
help-segment-list = Enumera los segmentos guardados
help-segment-remove = Quita un segmento guardado; lo que se hizo con él se queda
help-segment-remove--name = Su nombre
help-segment-save = Guarda una condición con un nombre, para --segment NAME
help-segment-save--campaign = Una campaña con cuyas columnas y preguntas se comprueba la condición, y en la que se cuenta
help-segment-save--name = Su nombre; mayúsculas y minúsculas dan igual
help-segment-save--replace = Reemplaza un segmento con este nombre que dice otra cosa
help-segment-save--where = La condición: --where "state = OH and not campaign in (3, 4)" (docs/exports.md la explica entera)

help-serve = Pone en marcha un servidor de campañas hasta Ctrl-C
help-serve--admin-link = Muestra un enlace nuevo de administrador aunque no sea la primera vez que empieza
help-serve--carrier-hurry = Espera a ese operador tantas veces menos que a uno de verdad
help-serve--carrier-secret-file = Acepta avisos firmados con este secreto, en /webhooks/loopback
help-serve--carrier-url = Entrega los mensajes a un operador simulado en un proceso propio de este equipo (textbank carrier)
help-serve--data = Guarda la base de datos en DIR; si no, en el directorio de datos
help-serve--database = Guarda las campañas en esta base de datos: sqlite:FILE, o postgres://USER:PASSWORD@HOST/DATABASE, que pueden compartir tantos servidores como quieras
help-serve--listen = Dónde escuchar; el puerto 0 toma uno libre
help-serve--metrics = Da cifras para Prometheus en http://ADDR:PORT/metrics; no lo abras a internet
help-serve--public-url = La dirección por la que otros llegan a este servidor, para los enlaces (la de un proxy: https://...)
help-serve--rehearsal-clock = Lleva un tiempo de campaña propio que empieza a media tarde, para que el horario de mensajes esté abierto a cualquier hora. Tableros, auditoría, libro y horarios van con él, diga lo que diga el reloj del equipo; un directorio de datos conserva siempre la clase de tiempo con la que empezó
help-serve--require-second-factor = Pide un segundo factor a capitanes, administradores y propietarios
help-serve--seed = Reparte los mismos personajes a las mismas listas [si no se dice: otros cada vez]
help-serve--simulated-voters = Deja que contesten votantes simulados, para que un equipo entero pueda ensayar junto
help-serve--speed = Deja que los votantes simulados contesten hasta diez veces más rápido
help-serve--tls-cert = Cifra con este certificado y su cadena (PEM); se lee otra vez cuando cambia
help-serve--tls-key = La clave privada del certificado (PEM)
help-serve--trusted-proxy = Cree al proxy en ADDR (o en el bloque ADDR/BITS) por quién pregunta; se puede dar varias veces

help-sessions = Enumera las sesiones, o termina una
help-sessions-end = Termina una sesión: su consola para enseguida, lo confirmado se entrega; con la última de una persona, lo que tiene queda libre
help-sessions-end--yes = No preguntes, tampoco cuando es la sesión por la que habla esta orden
help-sessions-list = Enumera las sesiones de la organización

help-spoke = En una campaña que usa Spoke: tus asignaciones; y para quien vigila allí: campañas, personas, conversaciones, quién las tiene
help-spoke-assignments = Tus asignaciones con todas sus cuentas, como las tiene la página de Spoke
help-spoke-campaigns = Las campañas de la organización con lo que se cuenta de ellas (para SUPERVOLUNTEER o más, como todo lo que sigue)
help-spoke-campaigns--archived = Las que están cerradas
help-spoke-conversations = Conversaciones que dejan pasar los filtros
help-spoke-conversations--campaign = De esta campaña (su número, de `spoke campaigns`)
help-spoke-conversations--json = Muestra JSON, con lo que se dijo
help-spoke-conversations--limit = Muestra como mucho tantas
help-spoke-conversations--offset = Deja fuera las primeras tantas
help-spoke-people = Las personas de la organización con sus papeles
help-spoke-reassign = Da contactos a otro voluntario, o a nadie: los que nombras, o todos los que dejan pasar los filtros
help-spoke-reassign--all = Todos los que dejan pasar los filtros; antes se pregunta si son tantos los que quieres
help-spoke-reassign--campaign = De esta campaña (su número, de `spoke campaigns`)
help-spoke-reassign--contacts = Estos contactos (números de `spoke conversations`); si no, --all con filtros
help-spoke-reassign--json = Muestra JSON: con quién se hizo y con quién no
help-spoke-reassign--to = A quién: su número (de `spoke people`), o `nobody`
help-spoke-status = Cierra conversaciones, o las abre otra vez
help-spoke-status--campaign = De qué campaña
help-spoke-status--contacts = Qué contactos
help-spoke-status--json = Muestra JSON: con quién se hizo y con quién no
help-spoke-status--status = `closed`, o `needs-response` para abrirlas otra vez
help-spoke-tag = Pone una etiqueta a contactos, o la quita
help-spoke-tag--campaign = De qué campaña
help-spoke-tag--contacts = Qué contactos
help-spoke-tag--json = Muestra JSON: con quién se hizo y con quién no
help-spoke-tag--off = La quita
help-spoke-tag--tag = Su nombre
help-spoke-take-replies = Toma todas las respuestas de una campaña que llevan más de una hora esperando, las tenga quien las tenga, para contestarlas tú
help-spoke-take-replies--campaign = De qué campaña (su número, de `spoke campaigns`)
help-spoke-unreadable = A quién de los que tienes no se puede leer: el servidor no da datos suyos. Se pregunta por todos, de cincuenta en cincuenta

help-text = Escribir: abre la consola del voluntario
help-text--campaign = Qué campaña: su número o el principio de su título; hace falta cuando hay varias

help-wipe = Quita una sesión de este equipo: su clave, su diario, su ficha; lo que no está entregado se conserva
help-wipe--everything = Destruye también lo confirmado y no entregado; pregunta cuántos son
help-wipe--yes = No preguntes; lo que no está entregado se conserva de todos modos
