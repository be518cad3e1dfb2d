//! Plots as inline SVG. Their colours are made the page's by its style sheet, so that they can be read in the dark too.

use plotters::prelude::*;

use crate::domain::safe_text::safe_line;

/// In the drawing's own units; as narrow as a phone's page, so that words have about their own size there. The style sheet lets none be
/// narrower than 21rem: then it is moved in a box of its own.
const WIDTH: u32 = 400;
const HEIGHT: u32 = 260;
/// As it is asked for; in the drawing a letter has about four fifths of it.
const FONT: u32 = 17;
/// Of the two series; the style sheet knows them by these values.
const ONE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
const TWO: RGBColor = RGBColor(0xD5, 0x5E, 0x00);
const GRID: RGBColor = RGBColor(0xCC, 0xCC, 0xCC);
/// Longest name on an axis.
const LONGEST: usize = 18;

/// What a plot is called and says, for who cannot see it.
pub(super) struct Told<'a> {
    /// Unique in the page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) words: &'a str,
}

/// One line of a plot over time: nothing where there is nothing to tell.
pub(super) type Line = Vec<Option<f64>>;

/// A named value with its interval.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

/// A drawing with its words; none when it cannot be drawn: its numbers stand in the table.
fn drawing(
    told: &Told<'_>,
    height: u32,
    draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn,
) -> Option<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        draw(&area).ok()?;
        area.present().ok()?;
    }
    let (_, shapes) = svg.split_once('>')?;
    let words = |text: &str| {
        let mut html = super::html::Html::default();
        html.text(text);
        html.finish()
    };
    let Told { id, title, words: said } = told;
    Some(format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"{id}-title {id}-words\">\
         <title id=\"{id}-title\">{}</title><desc id=\"{id}-words\">{}</desc>{shapes}",
        words(title),
        words(said),
    ))
}

fn shortened(name: &str) -> String {
    let name = safe_line(name);
    match name.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", name.get(..at).unwrap_or_default()),
        None => name,
    }
}

/// The number of a step by its place on the axis, when it is one.
fn step_at(x: f64, of: usize) -> Option<usize> {
    let near = x.round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "looked at before")]
    let at = if near >= 0.0 && (x - near).abs() < 0.01 { near as usize } else { usize::MAX };
    (at < of).then_some(at)
}

fn place(at: usize) -> f64 {
    u32::try_from(at).map_or(f64::MAX, f64::from)
}

/// One or two lines over time. `names` are those of the steps, `scale` writes a value of the upright axis.
pub(super) fn lines(
    told: &Told<'_>,
    names: &[String],
    series: &[Line],
    scale: &dyn Fn(f64) -> String,
) -> Option<String> {
    let most = series.iter().flatten().flatten().copied().fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.1 } else { 1.0 };
    drawing(told, HEIGHT, |area| {
        let right = place(names.len().max(1)) - 0.5;
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(56)
            .build_cartesian_2d(-0.5..right, 0.0..most)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(BLACK)
            .x_labels(4)
            .y_labels(5)
            .label_style(("sans-serif", FONT))
            .x_label_formatter(&|x| step_at(*x, names.len()).and_then(|at| names.get(at)).cloned().unwrap_or_default())
            .y_label_formatter(&|y| scale(*y))
            .draw()?;
        for (line, colour) in series.iter().zip([ONE, TWO]) {
            let points: Vec<Option<(f64, f64)>> =
                line.iter().enumerate().map(|(at, value)| value.map(|value| (place(at), value))).collect();
            // A gap stays one.
            for run in points.split(Option::is_none) {
                chart.draw_series(LineSeries::new(run.iter().flatten().copied(), colour.stroke_width(2)))?;
            }
            let points = points.into_iter().flatten();
            if colour == ONE {
                chart.draw_series(points.map(|at| Circle::new(at, 3, colour.filled())))?;
            } else {
                // Told apart by more than colour.
                chart.draw_series(points.map(|at| TriangleMarker::new(at, 5, colour.filled())))?;
            }
        }
        Ok(())
    })
}

/// A bar each, from the top down, with its interval as a line.
pub(super) fn bars(told: &Told<'_>, bars: &[Bar], scale: &dyn Fn(f64) -> String) -> Option<String> {
    let count = u32::try_from(bars.len()).ok().filter(|count| *count > 0)?;
    let most = bars.iter().map(|bar| bar.high.max(bar.value)).fold(0.05, f64::max).min(1.0);
    let down = |at: usize| f64::from(count) - 1.0 - place(at);
    drawing(told, 44 + 32 * count, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(8)
            .margin_right(24)
            .x_label_area_size(28)
            .y_label_area_size(132)
            .build_cartesian_2d(0.0..most, -0.5..f64::from(count) - 0.5)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(GRID)
            .axis_style(BLACK)
            .x_labels(5)
            .y_labels(bars.len().saturating_mul(2).max(2))
            .label_style(("sans-serif", FONT))
            .x_label_formatter(&|x| scale(*x))
            .y_label_formatter(&|y| {
                let from_top = f64::from(count) - 1.0 - *y;
                step_at(from_top, bars.len())
                    .and_then(|at| bars.get(at))
                    .map(|bar| shortened(&bar.name))
                    .unwrap_or_default()
            })
            .draw()?;
        for (at, bar) in bars.iter().enumerate() {
            let y = down(at);
            chart.draw_series([Rectangle::new([(0.0, y - 0.3), (bar.value, y + 0.3)], ONE.filled())])?;
            chart.draw_series([PathElement::new(vec![(bar.low, y), (bar.high, y)], TWO.stroke_width(3))])?;
            for end in [bar.low, bar.high] {
                chart.draw_series([PathElement::new(vec![(end, y - 0.12), (end, y + 0.12)], TWO.stroke_width(3))])?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of 390 pixels with its margins, and the least that the style sheet lets a plot have.
    #[test]
    fn words_of_a_plot_can_be_read_on_a_phone() {
        let told = Told { id: "x", title: "X", words: "x" };
        let svg = bars(&told, &[Bar { name: "yes".into(), value: 0.5, low: 0.4, high: 0.6 }], &|x| format!("{x:.1}"));
        let svg = svg.expect("a drawing");
        let style = include_str!("../../assets/report/style.css");
        assert!(style.contains("min-width: 21rem") && style.contains(".plot { overflow-x: auto; }"));
        let sizes = svg.split("font-size=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok());
        let smallest = sizes.fold(f64::MAX, f64::min);
        for pixels in [390.0 - 32.0, 21.0 * 16.0] {
            let letter = smallest * pixels / f64::from(WIDTH);
            assert!((11.0..20.0).contains(&letter), "{letter} of {pixels}");
        }
        assert!(svg.contains(&format!("viewBox=\"0 0 {WIDTH} ")), "{svg}");
    }
}
