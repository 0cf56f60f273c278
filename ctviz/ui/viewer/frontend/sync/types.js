/**
 * What Python and the board say to each other; see `ctviz/ui/viewer/contract.py` for the same words.
 *
 * @typedef {number[]} Runs  One labelled slice as [start, length, label, …] over row-major pixels.
 * @typedef {{width: number, level: number}} Window  Display window in Hounsfield units.
 * @typedef {{x: number, y: number}} Point  Column and row in image pixels; a pixel's centre is at .5.
 * @typedef {{left: string, right: string, top: string, bottom: string}} Letters
 *
 * @typedef {{left: number, right: number, top: number, bottom: number}} Frame  Edges of a part of the image, in pixels.
 *
 * @typedef {{title: string, letters: Letters}} CrossPlane  A plane that crosses all slices; the first is at its top.
 *
 * @typedef {object} StackView  Where the slices of a case lie.
 * @property {number[]} depths  How deep each lies behind the first, in mm; never falling.
 * @property {[number, number][]} shifts  By how many columns and rows each lies beside the first; empty where none does.
 * @property {boolean} even  Whether what lies between two slices may be interpolated.
 * @property {CrossPlane} alongRow
 * @property {CrossPlane} alongColumn
 * @property {string[]} notes  Sentences on what a reader must know.
 *
 * @typedef {object} CaseView
 * @property {string} id
 * @property {number} count  Number of slices.
 * @property {number} rows
 * @property {number} columns
 * @property {[number, number] | null} spacing  Row and column spacing in mm, null if unknown.
 * @property {Letters | null} letters  Which side of the patient each edge of the picture is.
 * @property {boolean} hounsfield  Whether the numbers are HU or plain grey values.
 * @property {Frame | null} body  Where the body lies on all slices, or null if unknown.
 * @property {string} pixels  URL of one slice, `{k}` standing for its index.
 * @property {StackView | null} stack  Null where no plane can cross the slices.
 * @property {string} noStack  Why none can.
 * @property {string[]} made  How the scan was made, in lines.
 *
 * @typedef {object} ScoreText
 * @property {string} id
 * @property {string} title
 * @property {string} text  The number, a dash where there is none, an ellipsis while it is computed.
 * @property {string} why  Why there is no number.
 * @property {"higher" | "lower"} better
 * @property {boolean} best
 * @property {string} beatenBy  The control that it does not beat, or empty.
 * @property {string} help  What the number means.
 * @property {string} span  From the least to the greatest it would be with other choices, or empty.
 * @property {string} byChoice  What it would be with each of them.
 *
 * @typedef {object} Badge
 * @property {"passed" | "not passed" | "not yet known" | "not applicable"} verdict
 * @property {string} why
 *
 * @typedef {object} Remark
 * @property {string} text
 * @property {string} why
 * @property {boolean} warns
 *
 * @typedef {"ready" | "queued" | "running" | "failed" | "cancelled" | "waiting"} PaneState
 *
 * @typedef {object} PaneView
 * @property {string} id
 * @property {string} title
 * @property {boolean} control
 * @property {string} glyph  Its mark in every chart and list.
 * @property {string} colour  As glyph, `#rrggbb`.
 * @property {string} help
 * @property {Record<string, string>} maps  URL of the map of each slice that has one.
 * @property {PaneState} state
 * @property {number | null} progress
 * @property {string} message
 * @property {number | null} seconds
 * @property {ScoreText[]} scores
 * @property {Badge | null} badge  Of the sanity check; null for controls.
 * @property {Remark | null} gap  How far the map's sum is off; null where that is not defined.
 * @property {Remark | null} beside  How much of it lies on neighbouring slices; null where the model sees none.
 * @property {Record<string, string>} stronger  URL of where each slice's map is stronger than chance (not 0): the rest fades.
 * @property {Record<string, string>} halfWidths  URL of the half width of each pixel's interval.
 * @property {string} chance  What of the map is stronger than chance, in a sentence; empty where nobody asks.
 * @property {string} interval  What the intervals are over; empty where there are none.
 * @property {string} edited  URL of the map of the edited slice; empty while there is none.
 * @property {string} editedNote  Why there is none.
 * @property {string} model  Whose map it is, where two models stand side by side: a letter.
 * @property {string} modelTitle  The model's name.
 * @property {string[]} apart  The two panes of whose maps it shows the difference; empty for one with a map of its own.
 *
 * @typedef {"ruler" | "angle" | "ellipse" | "rectangle"} MeasurementKind
 *
 * @typedef {object} Measurement
 * @property {MeasurementKind} kind
 * @property {number} slice
 * @property {Point[]} points  Ends; leg, vertex and leg; or opposite corners.
 *
 * @typedef {{before: Measurement | null, after: Measurement | null}} MeasurementEdit  Null where there is none.
 *
 * @typedef {object} DrawingView
 * @property {string} reader
 * @property {string[]} labels  The name of label n stands at n - 1.
 * @property {Record<string, Runs>} slices
 * @property {Record<string, Measurement>} measurements
 *
 * @typedef {object} DrawingLetter  What a reader changed.
 * @property {string} id  Tells it from all other letters, of all pages.
 * @property {string} case
 * @property {string} reader
 * @property {string[]} labels
 * @property {Record<string, {before: Runs, after: Runs}>} slices
 * @property {Record<string, MeasurementEdit>} measurements
 *
 * @typedef {object} EditView  One slice as a reader's edit leaves it.
 * @property {number} slice
 * @property {string} pixels  URL of its pixels, as `CaseView` has them.
 * @property {string} words  What was done, in a few words.
 *
 * @typedef {object} Answer  What the model says of a slice.
 * @property {string} text  How probable each class is.
 * @property {string} explained  Which class the maps explain, or what is waited for.
 * @property {Remark[]} caveats  What to know before believing it, the most important first.
 *
 * @typedef {object} BesideView  Another case beside the one that is read.
 * @property {CaseView} case
 * @property {string} title
 * @property {[number, number, number] | null} offset  Where its first slice begins, seen from the first of the case that is
 *   read, in mm: along a row, along a column, and in the order of reading. Null without a common coordinate system.
 *
 * @typedef {object} BoardData
 * @property {CaseView} case
 * @property {number} slice
 * @property {Window} window
 * @property {PaneView[]} panes
 * @property {DrawingView | null} drawing
 * @property {{name: string, slices: Record<string, Runs>, measurements: Measurement[]} | null} reference  Another reader's region.
 * @property {number} contract  Version of these words; see `CONTRACT`.
 * @property {import("../theme.js").Theme} theme
 * @property {string[]} acknowledged  Letters that Python has stored lately.
 * @property {Record<string, string>} refused  Why others were not stored, by letter.
 * @property {string | null} saved
 * @property {string} met  What was drawn elsewhere under the same name, or empty.
 * @property {string | null} busy  What is being computed; null when there is nothing to wait for.
 * @property {string | null} idleChecks  What is being found out that nobody waits for.
 * @property {"signed" | "absolute"} sign  How maps are read; the scores are of this view.
 * @property {"pixels" | "regions"} unit  What heatmaps tell the importance of.
 * @property {string} session  Another word than before: Python was started anew and has forgotten where the reader is.
 * @property {number} number  Counts what Python says to this session; what is older than what is known is out of date.
 * @property {string} address  Where messages are brought.
 * @property {boolean} behind  Whether the page's own widgets show less than the board; it had better run.
 * @property {string} heard  The order that Python heard last.
 * @property {EditView | null} edit
 * @property {Answer | null} answer  Null where there is no model.
 * @property {Answer | null} secondAnswer  What a second model says; null where there is no second.
 * @property {number} abreast  How many panes after one another belong side by side.
 * @property {BesideView | null} beside
 * @property {string[]} caption  What the maps of this slice are of, in sentences to take home with them.
 *
 * @typedef {object} Receipt  What became of letters.
 * @property {string[]} acknowledged
 * @property {Record<string, string>} refused
 * @property {string | null} saved
 * @property {string} met
 * @property {string} session
 * @property {number} number
 *
 * @typedef {object} DoorbellData  What every page says.
 * @property {true} doorbell
 * @property {import("../theme.js").Theme} theme
 * @property {Receipt} receipt
 * @property {string} address  Where messages are brought.
 * @property {"dark" | "light"} scheme  What charts were drawn for.
 *
 * @typedef {object} ComponentArguments  What Streamlit hands to a components-v2 renderer.
 * @property {BoardData | DoorbellData} data
 * @property {string} key
 * @property {HTMLElement | ShadowRoot} parentElement
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/** Stands among estimators for the case beside the one that is read. */
export const BESIDE = "beside";
/** Version of what the two say to each other: a page that is older than its server says so. */
export const CONTRACT = 5;
