# Lo que se pregunta y se dice línea por línea antes de abrir una consola: normas de conducta.

conduct-rules = Normas de conducta de { $name }
conduct-rules-here = Normas de conducta
conduct-guide = Guía de la campaña { $name }
conduct-more = Intro para seguir leyendo: 
conduct-ask = ¿Acepta esto? Escriba sí y pulse Intro: 
conduct-thanks = Aceptado, y queda registrado.
conduct-declined = No aceptado, así que no recibe contactos. Se le pregunta otra vez al volver a entrar, o con: textbank conduct accept
conduct-pending = Falta leerlas y aceptarlas antes de recibir contactos: ejecute textbank conduct accept, o textbank text en una terminal.
conduct-hands-in = No aceptado. La consola se abre para entregar lo que ya confirmó; no recibe contactos nuevos.

waiting-room = Está en la sala de espera de { $organization }, como { $name }. Un capitán ve su nombre y le deja entrar.
waiting-keep = Deje esto abierto: sigue por sí solo. Ctrl-C sale; textbank text le trae de vuelta. Si no viene nadie, avise a su capitán de que está aquí.
waiting-pending = Un capitán le deja entrar. Después, o para esperar: textbank text
waiting-line = El servidor no contesta. Se intenta de nuevo por sí solo.
waiting-over = Ya puede entrar.
waiting-shown-out = Un capitán no le dejó pasar: este acceso ha terminado. Pregunte a quien le dio el enlace.

factor-wanted = Su sesión necesita ahora un código de su segundo factor.
factor-ask = Los seis dígitos que muestra su aplicación de autenticación:
factor-six-digits = Eso no son seis dígitos.
factor-wrong = Ese no es el código de ahora, o ya se usó. Espere al siguiente.
factor-locked = Demasiados códigos equivocados: no se acepta ninguno antes de { $at }.
factor-no-code = No se dio ningún código: no se hizo nada.
factor-scan = Escanéelo con una aplicación de autenticación en su teléfono.
factor-by-hand = O escriba estas letras a mano en la aplicación (por tiempo, 6 dígitos, 30 segundos). Solo se muestran ahora; no las comparta.
factor-letters = Escriba estas letras en una aplicación de autenticación de su teléfono (por tiempo, 6 dígitos, 30 segundos). Solo se muestran ahora; no las comparta.
factor-then = La aplicación muestra entonces un código nuevo de seis dígitos cada medio minuto.
factor-done = Su segundo factor está puesto. Desde ahora se pide un código a cada una de sus sesiones. Si pierde el teléfono, un administrador o propietario lo quita.
factor-is-set = Ya hay un segundo factor. Para cambiarlo, quítelo antes: textbank second-factor remove
factor-nobody = No hay a quién pedir un código: ejecútelo en una terminal.
factor-set-since = Hay un segundo factor desde { $at }.
factor-none = No hay segundo factor.
factor-required = Este servidor lo pide a capitanes, administradores y propietarios.
factor-proved-until = Esta sesión lo ha mostrado: no se pide código antes de { $at }.
factor-needed = Hace falta un código para lo que solo pueden capitanes y superiores: textbank second-factor prove
factor-to-set = Este servidor pide un segundo factor a capitanes y superiores, y usted aún no tiene: textbank second-factor set
factor-removed = Su segundo factor se ha quitado: ya no se pide código a sus sesiones.
factor-lifted = Quitado: ya no se pide código a sus sesiones. Si también se perdió el portátil, termine la sesión: textbank sessions end ID
