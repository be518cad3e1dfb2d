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
