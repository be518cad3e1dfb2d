# Palabras que usan varias partes.


console-no-click = Un clic no hace esto: pulsa { $key }.
