# Lo que dice la línea de órdenes por sí misma.

usage-heading = Uso:
usage-commands = Órdenes
usage-arguments = Argumentos
usage-options = Opciones
usage-command = ORDEN
usage-some-options = OPCIONES
usage-help = Muestra esta ayuda
usage-version = Muestra la versión
usage-default = [si no se dice: { $values }]
usage-possible = [valores posibles: { $values }]
usage-exit-codes =
    Códigos de salida: 0 hecho; 1 falló; 2 uso o ajustes incorrectos; 3 problemas en archivos o hallados por doctor; 4 el servidor dijo que no; 5 no se llegó al servidor.
    Para probar sin servidor: textbank rehearse
usage-unknown-argument = aquí no hay ninguna opción ni argumento «{ $arg }»
usage-unknown-command = no hay ninguna orden «{ $arg }»
usage-command-missing = detrás de «{ $arg }» falta una orden: { $values }
usage-required = falta esto: { $arg }
usage-twice = «{ $arg }» está más de una vez
usage-conflict = «{ $arg }» no va junto con «{ $other }»
usage-value-missing = a «{ $arg }» le falta un valor
usage-value-wrong = «{ $value }» no es un valor para «{ $arg }»
usage-values-wrong = «{ $arg }» tiene demasiados valores o demasiado pocos
usage-not-unicode = lo que se dio no es texto Unicode
usage-similar = Quizás querías decir: { $values }
usage-more = Más: --help
