# Palabras que usan varias partes.


console-no-click = Un clic no hace esto: pulsa { $key }.
choose-begins = Varias campañas empiezan por «{ $wanted }»: elige una por su número.
choose-unknown = Ninguna campaña se llama «{ $wanted }»; hay
choose-unknown-none = Ninguna campaña se llama «{ $wanted }»; todavía no hay ninguna.
