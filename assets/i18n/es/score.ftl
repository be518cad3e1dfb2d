# La hoja de resultados al final de un ensayo. Palabras amables: es para quien ensayó y para nadie más.

rehearsal-no-consent = Aquí no se miró el consentimiento: no se escribe a nadie de verdad. Una importación real deja fuera a quien debía darlo y no lo dio.

score-title = Tu ensayo
score-texts = Mensajes enviados: { $texts } (primeros mensajes: { $first }). Segmentos en total: { $segments }.
score-received = { $received ->
    [0] Ningún votante respondió.
    [one] Un mensaje de votantes.
   *[other] { $received } mensajes de votantes.
 }
score-opt-outs = Bajas: { $honoured ->
    [one] 1 respetada
   *[other] { $honoured } respetadas
 }, { $missed ->
    [one] 1 pasada por alto
   *[other] { $missed } pasadas por alto
 }.
score-waiting = Los votantes esperaron { $median } s de mediana y { $longest } s como máximo hasta que alguien los atendió o terminó el turno.
score-waiting-still = Aún no se atendió a nadie; quien más espera lleva { $longest } s.
score-unanswered = { $unanswered ->
    [0] Nadie quedó esperando mucho
    [one] Un votante quedó esperando
   *[other] { $unanswered } votantes quedaron esperando
 }; { $late ->
    [0] ninguna respuesta llegó tarde.
    [one] una respuesta llegó tarde.
   *[other] { $late } respuestas llegaron tarde.
 } { $just ->
    [0] {""}
    [one] Uno acababa de escribir.
   *[other] { $just } acababan de escribir.
 }
score-answers = Respuestas anotadas: { $correct } bien, { $wrong } mal, { $missing } sin anotar.
score-wrong-numbers = Números equivocados: { $right ->
    [one] 1 marcado
   *[other] { $right } marcados
 }, { $missed } sin marcar{ $mistaken ->
    [0] .
    [one] , 1 marcado que no lo era.
   *[other] , { $mistaken } marcados que no lo eran.
 }
score-off-script = { $texts ->
    [0] Todos los mensajes usaron las palabras del guion.
    [one] Un mensaje con palabras propias.
   *[other] { $texts } mensajes con palabras propias.
 }
score-unwelcome = A { $contact } ({ $persona }) mejor no decirle «{ $word }»: «{ $text }»
score-well = Lo que salió bien
score-well-opt-outs = A quien pidió la baja se le dejó en paz.
score-well-quick = Nadie tuvo que esperarte mucho.
score-well-everyone = Respondiste a todos.
score-well-answers = Lo que dijeron los votantes quedó anotado como lo dijeron.
score-well-seen-through = Notaste que «paren esta ley» no es «paren los mensajes».
score-well-words = Encontraste las palabras justas para cada quien.
score-well-done = Trabajaste toda la lista.
score-next-time = Para la próxima
score-next-opt-outs = Si alguien pide con sus propias palabras que le dejen en paz, dale de baja enseguida; una tecla lo hace todo.
score-next-needless = «Parar» una ley no es una baja: lee la frase entera antes de decidir.
score-next-unasked = Da de baja solo a quien lo pide: nadie de aquí volverá a escribirle.
score-next-wait = Mientras envías, atiende de vez en cuando a quienes esperan; están en el panel lateral, primero quien más espera.
score-next-everyone = Antes de irte, responde o cierra las conversaciones que aún esperan.
score-next-answers = Cuando un votante diga lo que piensa, elige la respuesta en el guion: la anota y ofrece la línea siguiente.
score-next-wrong-answers = Lee otra vez las palabras del votante antes de elegir una respuesta.
score-next-no-wrong-number = Marca un número como equivocado solo si alguien dice que lo es: quien contesta por sí mismo no es otra persona.
score-next-wrong-number = Si el número es de otra persona, márcalo como equivocado: nadie volverá a escribirle.
score-next-words = Algunas palabras hieren o prometen demasiado; mira los mensajes citados arriba.
score-private = Esta hoja es solo tuya: no se envía ni se guarda en ningún lugar.
