# Palabras que usan varias partes.


console-no-click = Un clic no hace esto: pulsa { $key }.
choose-begins = varias campañas empiezan por «{ $wanted }»: elige una por su número.
choose-unknown = ninguna campaña se llama «{ $wanted }»; hay
choose-unknown-none = ninguna campaña se llama «{ $wanted }»; todavía no hay ninguna.
